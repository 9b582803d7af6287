with

websites as (

    select * from {{ ref('dim_websites') }}

),

given_values as (

    select * from {{ ref('stg_pipeline__point_values') }}

),

value_of_all as (

    select max(point_value) as point_value from given_values
    where website_id is null

),

{# What a point brought as wallet credit; amounts as hundredths, so that whole numbers divide. #}
conversions as (

    select
        website_id,
        sum(points) as points,
        {{ ratio('100 * sum(amount)', '100 * sum(points)', 6) }} as point_value
    from {{ ref('fct_wallet_conversions') }}
    group by website_id
    having sum(points) > 0

),

totals as (

    select * from {{ ref('fct_website_totals') }}

),

lots as (

    select
        website_id,
        cast(sum(outstanding) as bigint) as points_held,
        cast(sum(expected_redeemed) as bigint) as points_expected
    from {{ ref('fct_points_aging') }}
    group by website_id

),

curves as (

    select
        website_id,
        max(age_months) as last_age,
        max_by(redeemed_share, age_months) as redeemed_share
    from {{ ref('fct_redemption_curve') }}
    group by website_id

),

held as (

    select
        websites.website_id,
        coalesce(lots.points_held, 0) as points_held,
        totals.points_overdrawn,
        lots.points_expected,
        coalesce(curves.last_age + 1, 0) as months_observed,
        {{ is_long_enough('curves.last_age') }} as is_observed,
        curves.redeemed_share,
        coalesce(given_values.point_value, value_of_all.point_value, conversions.point_value)
            as point_value
    from websites
    inner join totals on websites.website_id = totals.website_id
    left join lots on websites.website_id = lots.website_id
    left join curves on websites.website_id = curves.website_id
    left join given_values on websites.website_id = given_values.website_id
    left join conversions on websites.website_id = conversions.website_id
    cross join value_of_all

),

valued as (

    select
        held.website_id,
        held.points_held,
        held.points_overdrawn,
        held.points_expected,
        case
            when held.is_observed
                then {{ ratio(
                    '100 * cast(held.points_held - held.points_expected as ' ~ whole_number() ~ ')',
                    'held.points_held'
                ) }}
        end as breakage_rate,
        case
            when held.is_observed
                then cast(round(100 * held.redeemed_share, 2) as decimal(38, 2))
        end as ultimate_redemption_rate,
        held.months_observed,
        held.point_value,
        cast(
            round(held.points_expected * held.point_value, 2) as decimal(38, 2)
        ) as liability_amount,
        cast(
            round(held.points_held * held.point_value, 2) as decimal(38, 2)
        ) as liability_if_all_redeemed,
        case
            when not held.is_observed then 'short_history'
            when held.point_value is null then 'no_point_value'
            else 'ok'
        end as status
    from held

)

select * from valued
order by website_id
