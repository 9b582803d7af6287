-- A returned row is a website whose lots do not leave what its clients hold: outstanding points and
-- what negative balances lack.
{{ config(meta={'dagster': {'ref': {'name': 'fct_points_aging'}}}) }}

with

totals as (

    select * from {{ ref('fct_website_totals') }}

),

lots as (

    select
        website_id,
        sum(outstanding) as outstanding,
        min(outstanding) as least_outstanding
    from {{ ref('fct_points_aging') }}
    group by website_id

),

compared as (

    select
        totals.website_id,
        totals.points_outstanding,
        totals.points_overdrawn,
        coalesce(lots.outstanding, 0) as lots_outstanding,
        coalesce(lots.least_outstanding, 0) as least_outstanding
    from totals
    left join lots on totals.website_id = lots.website_id

),

broken as (

    select * from compared
    where points_outstanding + points_overdrawn != lots_outstanding or least_outstanding < 0

)

select * from broken
