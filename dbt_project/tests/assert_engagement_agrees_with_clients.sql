-- A returned row is a website whose engagement on as_of is not there, or is not what its clients
-- add up to one by one.
{{ config(meta={'dagster': {'ref': {'name': 'fct_engagement_daily'}}}) }}

with

run as (

    select * from {{ ref('dim_run') }}
    where as_of is not null

),

engagement as (

    select * from {{ ref('fct_engagement_daily') }}

),

clients as (

    select * from {{ ref('dim_clients') }}

),

counted as (

    select
        websites.website_id,
        run.as_of,
        count(*) filter (where clients.is_member) as total_clients,
        count(*) filter (where clients.is_active) as active_clients,
        count(*) filter (
            where clients.last_transaction_date = run.as_of
        ) as clients_with_transactions,
        count(*) filter (
            where clients.last_redemption_date = run.as_of
        ) as clients_with_redemptions
    from {{ ref('dim_websites') }} as websites
    cross join run
    left join clients on websites.website_id = clients.website_id
    group by websites.website_id, run.as_of

),

broken as (

    select
        counted.*,
        engagement.total_clients as total_clients_in_series,
        engagement.active_clients as active_clients_in_series,
        engagement.clients_with_transactions as clients_with_transactions_in_series,
        engagement.clients_with_redemptions as clients_with_redemptions_in_series
    from counted
    left join engagement
        on
            counted.website_id = engagement.website_id
            and counted.as_of = engagement.date
    where
        engagement.total_clients is distinct from counted.total_clients
        or engagement.active_clients is distinct from counted.active_clients
        or engagement.clients_with_transactions
        is distinct from counted.clients_with_transactions
        or engagement.clients_with_redemptions
        is distinct from counted.clients_with_redemptions

)

select * from broken
