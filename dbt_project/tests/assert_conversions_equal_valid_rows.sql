-- A returned row is a website whose conversions up to as_of differ from its valid delivered ones:
-- the mart's figures minus theirs.
{{ config(meta={'dagster': {'ref': {'name': 'fct_wallet_conversions'}}}) }}

with

valid_conversions as (

    select conversions.*
    from {{ ref('int_wallet_conversions_validated') }} as conversions
    inner join {{ ref('int_run') }} as run on conversions.business_date <= run.as_of
    where conversions.quarantine_reason is null

),

conversions as (

    select * from {{ ref('fct_wallet_conversions') }}

),

signed as (

    select
        website_id,
        count(*) as conversions,
        sum(points) as points,
        sum(amount) as amount
    from conversions
    group by website_id
    union all
    select
        website_id,
        -count(*) as conversions,
        -sum(points) as points,
        -sum(amount) as amount
    from valid_conversions
    group by website_id

),

differences as (

    select
        website_id,
        sum(conversions) as conversions,
        sum(points) as points,
        sum(amount) as amount
    from signed
    group by website_id

),

broken as (

    select * from differences
    where conversions != 0 or points != 0 or amount != 0

)

select * from broken
