-- A returned row is an age of a redemption curve that takes more points than are at risk, or whose
-- shares are not between 0 and 1, fall as points age, or are more than all points together. Each
-- step is rounded to twelve decimals, which may add up to a billionth.
{{ config(meta={'dagster': {'ref': {'name': 'fct_redemption_curve'}}}) }}

with

curve as (

    select * from {{ ref('fct_redemption_curve') }}

),

followed as (

    select
        *,
        lag(redeemed_share, 1, 0) over (partition by website_id order by age_months)
            as redeemed_share_before
    from curve

),

broken as (

    select * from followed
    where
        redeemed < 0
        or deducted < 0
        or redeemed + deducted > points_at_risk
        or redeemed_share not between redeemed_share_before and 1.000000001
        or expected_share not between 0 and 1.000000001
        or redeemed_share + unspent_share > 1.000000001

)

select * from broken
