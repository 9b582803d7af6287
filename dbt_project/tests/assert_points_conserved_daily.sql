-- A returned row is a website's date whose outstanding points are not those of the date before
-- plus issued minus redeemed minus deducted, or that does not follow on the date before.
{{ config(meta={'dagster': {'ref': {'name': 'fct_points_daily'}}}) }}

with

points as (

    select * from {{ ref('fct_points_daily') }}

),

followed as (

    select
        website_id,
        date,
        lag(date) over website_history as date_before,
        lag(outstanding, 1, 0) over website_history as outstanding_before,
        issued,
        redeemed,
        deducted,
        net,
        outstanding
    from points
    window
        website_history as (partition by website_id order by date)

),

broken as (

    select * from followed
    where
        outstanding != outstanding_before + issued - redeemed - deducted
        or net != issued - redeemed - deducted
        or cast(date - date_before as integer) != 1

)

select * from broken
