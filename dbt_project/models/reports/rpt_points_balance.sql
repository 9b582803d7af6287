with

totals as (

    select * from {{ ref('fct_website_totals') }}

),

run as (

    select * from {{ ref('dim_run') }}

),

payload as (

    select
        totals.website_id,
        run.as_of,
        totals.points_outstanding as total_points_balance,
        totals.active_clients,
        {{ ratio('totals.points_outstanding', 'totals.active_clients') }}
            as average_points_per_client
    from totals
    cross join run

)

select * from payload
order by website_id
