with

lots as (

    select
        website_id,
        cast(date_trunc('month', date) as date) as issued_month,
        cast(sum(issued) as bigint) as issued
    from {{ ref('fct_points_daily') }}
    group by website_id, issued_month
    having sum(issued) > 0

),

takings as (

    select
        website_id,
        issued_month,
        cast(sum(redeemed) as bigint) as redeemed,
        cast(sum(deducted) as bigint) as deducted
    from {{ ref('int_lot_takings_monthly') }}
    group by website_id, issued_month

),

last_complete_months as (

    select
        website_id,
        max(month) as month
    from {{ ref('fct_points_monthly') }}
    where is_complete
    group by website_id

),

curve as (

    select * from {{ ref('fct_redemption_curve') }}

),

last_ages as (

    select
        website_id,
        max(age_months) as age_months
    from curve
    group by website_id

),

aged as (

    select
        lots.website_id,
        lots.issued_month,
        {{ months_apart('lots.issued_month', 'months.month') }} as age_months,
        lots.issued,
        coalesce(takings.redeemed, 0) as redeemed,
        coalesce(takings.deducted, 0) as deducted,
        lots.issued - coalesce(takings.redeemed, 0) - coalesce(takings.deducted, 0) as outstanding
    from lots
    left join last_complete_months as months on lots.website_id = months.website_id
    left join takings
        on
            lots.website_id = takings.website_id
            and lots.issued_month = takings.issued_month

),

{# What is left at the end of an age is what the next age begins with. #}
expected as (

    select
        aged.website_id,
        aged.issued_month,
        aged.age_months,
        aged.issued,
        aged.redeemed,
        aged.deducted,
        aged.outstanding,
        case
            when {{ is_long_enough('last_ages.age_months') }}
                then cast(
                    round(
                        cast(aged.outstanding as decimal(19, 0))
                        * coalesce(curve.expected_share, 0)
                    ) as bigint
                )
        end as expected_redeemed
    from aged
    left join last_ages on aged.website_id = last_ages.website_id
    left join curve
        on
            aged.website_id = curve.website_id
            and aged.age_months + 1 = curve.age_months

)

select * from expected
order by website_id, issued_month
