with

clients as (

    select count(*) as clients_checked from {{ ref('dim_clients') }}

),

drift as (

    select
        count(*) as clients_drifted,
        cast(coalesce(sum(abs(drift_points)), 0) as bigint) as points_drifted
    from {{ ref('fct_balance_drift') }}

),

payload as (

    select
        clients.clients_checked,
        drift.clients_drifted,
        drift.points_drifted
    from clients
    cross join drift

)

select * from payload
