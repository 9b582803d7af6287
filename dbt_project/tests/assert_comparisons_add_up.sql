-- A returned row is a website, or null for all together, without each of the twelve figures just
-- once in the comparison of all time, or where other points are issued than its clients were.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_comparison'}}}) }}
{%- set all_time = ["date '" ~ first_date() ~ "'", "date '" ~ last_date() ~ "'"] %}

with

totals as (

    select
        website_id,
        lifetime_issued
    from {{ ref('fct_website_totals') }}
    union all
    select
        null as website_id,
        coalesce(sum(lifetime_issued), 0) as lifetime_issued
    from {{ ref('fct_website_totals') }}

),

figures as (

    select
        website_id,
        place,
        figure,
        value
    from {{ rows_of(ref('rpt_comparison'), all_time) }}
    union all
    select
        null as website_id,
        place,
        figure,
        value
    from {{ rows_of(ref('rpt_all_comparison'), all_time) }}

),

compared as (

    select
        totals.website_id,
        totals.lifetime_issued,
        count(figures.place) as figures,
        count(distinct figures.place) as places,
        max(figures.value) filter (where figures.figure = 'points_issued') as points_issued
    from totals
    left join figures on totals.website_id is not distinct from figures.website_id
    group by totals.website_id, totals.lifetime_issued

),

broken as (

    select * from compared
    where
        figures != {{ compared_figures() | length }}
        or places != figures
        or points_issued is distinct from lifetime_issued

)

select * from broken
