-- A returned row is a website whose items' redemptions of the last 365 days differ from those of
-- its dates: the items' minus the dates'.
{{ config(meta={'dagster': {'ref': {'name': 'fct_item_performance'}}}) }}

with

signed as (

    select
        website_id,
        redemptions_365 as redemptions
    from {{ ref('fct_item_performance') }}
    union all
    select
        daily.website_id,
        -daily.redemptions as redemptions
    from {{ ref('fct_redemptions_daily') }} as daily
    inner join {{ ref('dim_windows') }} as windows
        on windows.window_days = 365 and daily.date >= windows.date_from

),

differences as (

    select
        website_id,
        sum(redemptions) as redemptions
    from signed
    group by website_id

),

broken as (

    select * from differences
    where redemptions != 0

)

select * from broken
