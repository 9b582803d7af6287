-- A returned row is a website whose requests and redemptions up to as_of differ from its valid
-- requests: the marts' figures minus theirs.
{{ config(meta={'dagster': {'ref': {'name': 'fct_redemptions_daily'}}}) }}

with

valid_requests as (

    select requests.*
    from {{ ref('int_redemption_requests_validated') }} as requests
    inner join {{ ref('int_run') }} as run on requests.business_date <= run.as_of
    where requests.quarantine_reason is null

),

requests as (

    select * from {{ ref('fct_redemption_requests') }}

),

redemptions as (

    select * from {{ ref('fct_redemptions_daily') }}

),

signed as (

    select
        website_id,
        count(*) as requests,
        0 as redemptions,
        0 as points
    from requests
    group by website_id
    union all
    select
        website_id,
        0 as requests,
        sum(redemptions) as redemptions,
        sum(points) as points
    from redemptions
    group by website_id
    union all
    select
        website_id,
        -count(*) as requests,
        -count(*) filter (where status = 'fulfilled') as redemptions,
        -coalesce(sum(points_used) filter (where status = 'fulfilled'), 0) as points
    from valid_requests
    group by website_id

),

differences as (

    select
        website_id,
        sum(requests) as requests,
        sum(redemptions) as redemptions,
        sum(points) as points
    from signed
    group by website_id

),

broken as (

    select * from differences
    where requests != 0 or redemptions != 0 or points != 0

)

select * from broken
