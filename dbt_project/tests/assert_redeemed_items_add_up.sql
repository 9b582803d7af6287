-- A returned row is a website whose items redeemed at any time don't add up to its redemptions and
-- their points, or are not in places without a gap.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_redeemed_items'}}}) }}
{%- set all_time = ["date '" ~ first_date() ~ "'", "date '" ~ last_date() ~ "'"] %}

with

items as (

    select
        website_id,
        sum(redemptions) as redemptions,
        sum(points) as points,
        count(*) as items,
        count(distinct place) as places,
        max(place) as last_place
    from {{ rows_of(ref('rpt_redeemed_items'), all_time) }}
    group by website_id

),

totals as (

    select
        website_id,
        sum(redemptions) as redemptions,
        sum(points) as points
    from {{ ref('fct_redemptions_daily') }}
    group by website_id

),

broken as (

    select
        coalesce(items.website_id, totals.website_id) as website_id,
        items.redemptions,
        items.points,
        totals.redemptions as all_redemptions,
        totals.points as all_points
    from totals
    full outer join items on totals.website_id = items.website_id
    where
        coalesce(items.redemptions, 0) != coalesce(totals.redemptions, 0)
        or coalesce(items.points, 0) != coalesce(totals.points, 0)
        or items.places != items.items
        or items.last_place != items.items

)

select * from broken
