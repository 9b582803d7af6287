-- A returned row is a website and date whose points by reason don't add up to the points issued, or
-- a website whose first reasons of all time are not ranked without a gap, up to 50.
{{ config(meta={'dagster': {'ref': {'name': 'fct_issue_sources_daily'}}}) }}
{%- set all_time = ["date '" ~ first_date() ~ "'", "date '" ~ last_date() ~ "'"] %}

with

daily as (

    select * from {{ ref('fct_issue_sources_daily') }}

),

ranked as (

    select * from {{ rows_of(ref('rpt_issue_sources'), all_time) }}

),

signed as (

    select
        website_id,
        date,
        points
    from daily
    union all
    select
        website_id,
        date,
        -issued as points
    from {{ ref('fct_points_daily') }}

),

unequal as (

    select
        website_id,
        date,
        sum(points) as difference
    from signed
    group by website_id, date
    having sum(points) != 0

),

reasons as (

    select
        website_id,
        least(count(distinct coalesce('=' || reason, '')), 50) as reasons
    from daily
    group by website_id

),

misranked as (

    select
        reasons.website_id,
        cast(null as date) as date,
        count(ranked.source_rank) - max(reasons.reasons) as difference
    from reasons
    left join ranked on reasons.website_id = ranked.website_id
    group by reasons.website_id
    having
        count(ranked.source_rank) != max(reasons.reasons)
        or count(distinct ranked.source_rank) != max(reasons.reasons)
        or max(ranked.source_rank) != max(reasons.reasons)

),

broken as (

    select * from unequal
    union all
    select * from misranked

)

select * from broken
