with recursive

last_months as (

    select
        website_id,
        max(month) as month
    from {{ ref('fct_points_monthly') }}
    where is_complete
    group by website_id

),

hazards as (

    select
        hazards.*,
        cast(1 - hazards.redemption_hazard - hazards.deduction_hazard as decimal(13, 12))
            as survival,
        hazards.age_months = max(hazards.age_months) over (partition by hazards.website_id)
            as is_last
    from {{ ref('int_redemption_hazards') }} as hazards
    inner join last_months
        on hazards.website_id = last_months.website_id and hazards.month = last_months.month

),

{# From the issue on: what share is redeemed by the end of each age, and what is left. #}
forwards as (

    select
        website_id,
        age_months,
        redemption_hazard as redeemed_share,
        survival as unspent_share
    from hazards
    where age_months = 0
    union all
    select
        hazards.website_id,
        hazards.age_months,
        cast(
            forwards.redeemed_share
            + round(forwards.unspent_share * hazards.redemption_hazard, 12) as decimal(13, 12)
        ) as redeemed_share,
        cast(round(forwards.unspent_share * hazards.survival, 12) as decimal(13, 12))
            as unspent_share
    from forwards
    inner join hazards
        on
            forwards.website_id = hazards.website_id
            and forwards.age_months + 1 = hazards.age_months

),

{# From the last age back: of what is left when an age begins, what share will be redeemed. #}
backwards as (

    select
        website_id,
        age_months,
        redemption_hazard as expected_share
    from hazards
    where is_last
    union all
    select
        hazards.website_id,
        hazards.age_months,
        cast(
            hazards.redemption_hazard
            + round(hazards.survival * backwards.expected_share, 12) as decimal(13, 12)
        ) as expected_share
    from backwards
    inner join hazards
        on
            backwards.website_id = hazards.website_id
            and backwards.age_months - 1 = hazards.age_months

),

curve as (

    select
        hazards.website_id,
        hazards.age_months,
        hazards.points_at_risk,
        hazards.redeemed,
        hazards.deducted,
        hazards.redemption_hazard,
        hazards.deduction_hazard,
        forwards.redeemed_share,
        forwards.unspent_share,
        backwards.expected_share
    from hazards
    inner join forwards
        on
            hazards.website_id = forwards.website_id
            and hazards.age_months = forwards.age_months
    inner join backwards
        on
            hazards.website_id = backwards.website_id
            and hazards.age_months = backwards.age_months

)

select * from curve
order by website_id, age_months
