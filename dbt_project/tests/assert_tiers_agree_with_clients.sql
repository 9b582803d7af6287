-- A returned row is a tier that on as_of does not hold as many clients in the daily series as it
-- does client by client.
{{ config(meta={'dagster': {'ref': {'name': 'fct_tier_distribution_daily'}}}) }}

with

tiers as (

    select * from {{ ref('dim_tiers') }}

),

counted as (

    select levels.*
    from {{ ref('fct_tier_distribution_daily') }} as levels
    inner join {{ ref('dim_run') }} as run on levels.date = run.as_of

),

clients as (

    select
        tier_id,
        count(*) as active_clients
    from {{ ref('dim_clients') }}
    where tier_id is not null
    group by tier_id

),

compared as (

    select
        tiers.website_id,
        tiers.tier_id,
        coalesce(counted.active_clients, 0) as active_clients_in_series,
        coalesce(clients.active_clients, 0) as active_clients
    from tiers
    left join counted on tiers.tier_id = counted.tier_id
    left join clients on tiers.tier_id = clients.tier_id

),

broken as (

    select * from compared
    where active_clients_in_series != active_clients

)

select * from broken
