-- A returned row is a website whose outstanding points on as_of are not the sum of its clients'
-- balances.
{{ config(meta={'dagster': {'ref': {'name': 'dim_clients'}}}) }}

with

websites as (

    select * from {{ ref('dim_websites') }}

),

points as (

    select points.*
    from {{ ref('fct_points_daily') }} as points
    inner join {{ ref('dim_run') }} as run on points.date = run.as_of

),

clients as (

    select
        website_id,
        sum(balance) as balances
    from {{ ref('dim_clients') }}
    group by website_id

),

compared as (

    select
        websites.website_id,
        coalesce(points.outstanding, 0) as outstanding,
        coalesce(clients.balances, 0) as balances
    from websites
    left join points on websites.website_id = points.website_id
    left join clients on websites.website_id = clients.website_id

),

broken as (

    select * from compared
    where outstanding != balances

)

select * from broken
