with

totals as (

    select
        cast(coalesce(sum(points_outstanding), 0) as bigint) as points_outstanding,
        cast(coalesce(sum(active_clients), 0) as bigint) as active_clients
    from {{ ref('fct_website_totals') }}

),

run as (

    select * from {{ ref('dim_run') }}

),

payload as (

    select
        run.as_of,
        totals.points_outstanding as total_points_balance,
        totals.active_clients,
        {{ ratio('totals.points_outstanding', 'totals.active_clients') }}
            as average_points_per_client
    from totals
    cross join run

)

select * from payload
