-- A returned row is a website's date on which its tiers hold more clients than are active, or one
-- of them fewer than none.
{{ config(meta={'dagster': {'ref': {'name': 'fct_tier_distribution_daily'}}}) }}

with

engagement as (

    select * from {{ ref('fct_engagement_daily') }}

),

tiers as (

    select
        website_id,
        date,
        sum(active_clients) as clients_in_tiers,
        min(active_clients) as clients_in_smallest_tier
    from {{ ref('fct_tier_distribution_daily') }}
    group by website_id, date

),

compared as (

    select
        tiers.website_id,
        tiers.date,
        tiers.clients_in_tiers,
        tiers.clients_in_smallest_tier,
        coalesce(engagement.active_clients, 0) as active_clients
    from tiers
    left join engagement
        on tiers.website_id = engagement.website_id and tiers.date = engagement.date

),

broken as (

    select * from compared
    where clients_in_tiers > active_clients or clients_in_smallest_tier < 0

)

select * from broken
