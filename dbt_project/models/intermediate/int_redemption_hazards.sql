with

months as (

    select
        website_id,
        month,
        issued,
        sum(issued) over (partition by website_id order by month) as issued_so_far,
        max(month) over (partition by website_id) as last_month,
        max(if(issued > 0, month, null)) over (partition by website_id) as last_issued_month
    from {{ ref('fct_points_monthly') }}
    where is_complete

),

{# A month's points that it had taken before it issued them were taken at once, at age 0. #}
takings as (

    select
        takings.website_id,
        takings.issued_month,
        greatest(takings.taken_month, takings.issued_month) as month,
        sum(takings.redeemed + takings.deducted) as taken,
        sum(takings.redeemed) filter (where months.month is not null) as redeemed,
        sum(takings.deducted) filter (where months.month is not null) as deducted
    from {{ ref('int_lot_takings_monthly') }} as takings
    left join months
        on
            takings.website_id = months.website_id
            and takings.taken_month = months.month
    group by
        takings.website_id,
        takings.issued_month,
        greatest(takings.taken_month, takings.issued_month)

),

{#
    The development triangle: each month's issue in each month from then on. What was issued after
    all lots is nothing, and has a place only in the last month, whose curve has every age.
#}
triangle as (

    select
        lots.website_id,
        lots.month as issued_month,
        months.month,
        {{ months_apart('lots.month', 'months.month') }} as age_months,
        lots.issued,
        months.issued_so_far,
        coalesce(takings.taken, 0) as taken,
        coalesce(takings.redeemed, 0) as redeemed,
        coalesce(takings.deducted, 0) as deducted
    from months as lots
    inner join months
        on lots.website_id = months.website_id and lots.month <= months.month
    left join takings
        on
            lots.website_id = takings.website_id
            and lots.month = takings.issued_month
            and months.month = takings.month
    where lots.month <= lots.last_issued_month or months.month = months.last_month

),

remaining as (

    select
        *,
        issued - sum(taken) over lot_history as lot_held,
        issued - sum(redeemed + deducted) over lot_history + redeemed + deducted as at_risk
    from triangle
    window
        lot_history as (
            partition by website_id, issued_month
            order by month
            rows unbounded preceding
        )

),

{# Of all lots that reached an age by a month. #}
known as (

    select
        website_id,
        month,
        age_months,
        issued_so_far,
        lot_held,
        sum(at_risk) over lots_so_far as points_at_risk,
        sum(redeemed) over lots_so_far as redeemed,
        sum(deducted) over lots_so_far as deducted
    from remaining
    window
        lots_so_far as (
            partition by website_id, age_months
            order by issued_month
            rows unbounded preceding
        )

),

{# A tail of few points decides nothing: ages end where less than 1 % of the points arrive. #}
observed as (

    select * from known
    where points_at_risk > 0 and 100 * points_at_risk >= issued_so_far

),

hazards as (

    select
        website_id,
        month,
        age_months,
        cast(lot_held as bigint) as lot_held,
        cast(points_at_risk as bigint) as points_at_risk,
        cast(redeemed as bigint) as redeemed,
        cast(deducted as bigint) as deducted,
        cast({{ ratio('redeemed', 'points_at_risk', 12) }} as decimal(13, 12))
            as redemption_hazard,
        cast({{ ratio('deducted', 'points_at_risk', 12) }} as decimal(13, 12))
            as deduction_hazard
    from observed

)

select * from hazards
