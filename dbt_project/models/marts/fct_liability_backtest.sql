with

{# Complete months follow on one another: a place tells how many lie between two. #}
months as (

    select
        website_id,
        month,
        row_number() over website_history as place,
        count(*) over (partition by website_id) as last_place
    from {{ ref('fct_points_monthly') }}
    where is_complete
    window
        website_history as (partition by website_id order by month)

),

tested as (

    select * from months
    where place > 6 and place + 3 <= last_place

),

{# What the curve known at a month's end said of each age and the two after it. #}
hazards as (

    select
        website_id,
        month,
        lag(lot_held) over ages as lot_held,
        redemption_hazard as hazard,
        cast(1 - redemption_hazard - deduction_hazard as decimal(13, 12)) as survival,
        lead(redemption_hazard, 1, 0) over ages as second_hazard,
        lead(cast(1 - redemption_hazard - deduction_hazard as decimal(13, 12)), 1, 0) over ages
            as second_survival,
        lead(redemption_hazard, 2, 0) over ages as third_hazard
    from {{ ref('int_redemption_hazards') }}
    window
        ages as (partition by website_id, month order by age_months)

),

{# Of a point of the lot that reaches this age next: the share redeemed within two months, three. #}
two_months as (

    select
        *,
        cast(
            second_hazard + round(second_survival * third_hazard, 12) as decimal(13, 12)
        ) as later_share
    from hazards

),

three_months as (

    select
        *,
        cast(hazard + round(survival * later_share, 12) as decimal(13, 12)) as expected_share
    from two_months

),

expected as (

    select
        website_id,
        month,
        sum(round(cast(lot_held as decimal(19, 0)) * expected_share)) as points
    from three_months
    group by website_id, month

),

takings as (

    select
        takings.website_id,
        takings.issued_month,
        takings.redeemed,
        months.place
    from {{ ref('int_lot_takings_monthly') }} as takings
    inner join months
        on
            takings.website_id = months.website_id
            and takings.taken_month = months.month

),

actual as (

    select
        tested.website_id,
        tested.month,
        sum(takings.redeemed) as points
    from tested
    cross join range(1, 4) as ahead (months_ahead)
    inner join takings
        on
            tested.website_id = takings.website_id
            and tested.place + ahead.months_ahead = takings.place
            and tested.month >= takings.issued_month
    group by tested.website_id, tested.month

),

compared as (

    select
        tested.website_id,
        tested.month,
        cast(coalesce(expected.points, 0) as bigint) as expected,
        cast(coalesce(actual.points, 0) as bigint) as actual
    from tested
    left join expected
        on tested.website_id = expected.website_id and tested.month = expected.month
    left join actual on tested.website_id = actual.website_id and tested.month = actual.month

),

rated as (

    select
        *,
        case
            when actual != 0
                then {{ ratio(
                    '100 * cast(expected - actual as ' ~ whole_number() ~ ')', 'actual'
                ) }}
        end as error_percentage
    from compared

)

select * from rated
order by website_id, month
