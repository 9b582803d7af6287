{#- Points times a value of six decimals times a share of twelve have eighteen. -#}
{%- set one = '1000000000000000000' -%}

with

liability as (

    select * from {{ ref('fct_liability') }}

),

curves as (

    select
        website_id,
        max(age_months) as last_age,
        max_by(redeemed_share, age_months) as redeemed_share
    from {{ ref('fct_redemption_curve') }}
    group by website_id

),

run as (

    select * from {{ ref('dim_run') }}

),

windows as (

    select * from {{ ref('dim_windows') }}

),

points as (

    select * from {{ ref('fct_points_daily') }}

),

orders as (

    select * from {{ ref('fct_orders_daily') }}

),

redeemers as (

    select * from {{ ref('fct_redeemer_revenue_daily') }}

),

campaigns as (

    select * from {{ ref('fct_campaigns') }}

),

{# By their last date: one that ends after as_of is in no window. #}
ended_campaigns as (

    select
        website_id,
        date_to as date,
        sum(cost) as cost,
        count(*) filter (where design = 'experiment' and status = 'ok') as experiments,
        count(incremental_margin) as experiments_with_margin,
        sum(incremental_margin) as incremental_margin
    from campaigns
    group by website_id, date_to

),

{# Of each website, what it has in common for all windows. #}
websites as (

    select
        liability.website_id,
        run.has_orders,
        cast(1000000 * run.margin_share as hugeint) as margin_share,
        cast(1000000 * liability.point_value as hugeint) as point_value,
        case
            when {{ is_long_enough('curves.last_age') }}
                then cast(1000000000000 * curves.redeemed_share as hugeint)
        end as redeemed_share
    from liability
    left join curves on liability.website_id = curves.website_id
    cross join run

),

windowed as (

    select
        websites.website_id,
        websites.has_orders,
        websites.margin_share,
        websites.point_value,
        websites.redeemed_share,
        windows.window_days,
        cast(sum(coalesce(points.issued, 0)) over wider_windows as hugeint) as issued,
        cast(sum(coalesce(points.redeemed, 0)) over wider_windows as hugeint) as redeemed,
        sum(coalesce(orders.orders, 0)) over wider_windows as orders,
        sum(coalesce(orders.revenue, 0)) over wider_windows as revenue,
        sum(coalesce(orders.margin, 0)) over wider_windows as margin,
        sum(coalesce(orders.orders_without_margin, 0)) over wider_windows
            as orders_without_margin,
        sum(coalesce(orders.revenue_without_margin, 0)) over wider_windows
            as revenue_without_margin,
        sum(coalesce(redeemers.revenue, 0)) over wider_windows as revenue_of_redeemers,
        sum(coalesce(ended.cost, 0)) over wider_windows as campaign_cost,
        sum(coalesce(ended.experiments, 0)) over wider_windows as experiments,
        sum(coalesce(ended.experiments_with_margin, 0)) over wider_windows
            as experiments_with_margin,
        sum(coalesce(ended.incremental_margin, 0)) over wider_windows as incremental_margin
    from websites
    cross join windows
    left join points
        on websites.website_id = points.website_id and windows.date_from = points.date
    left join orders
        on websites.website_id = orders.website_id and windows.date_from = orders.date
    left join redeemers
        on websites.website_id = redeemers.website_id and windows.date_from = redeemers.date
    left join ended_campaigns as ended
        on websites.website_id = ended.website_id and windows.date_from = ended.date
    window
        wider_windows as (partition by websites.website_id order by windows.window_days)

),

{#
    Money as whole numbers of 10^-18, and a hundredth of it where percents are taken; null where
    anything that it hangs on is not known.
#}
valued as (

    select
        website_id,
        window_days,
        has_orders,
        orders,
        revenue,
        revenue_of_redeemers,
        campaign_cost,
        redeemed_share,
        redeemed,
        point_value,
        issued * redeemed_share * point_value as accrued_cost,
        accrued_cost + cast(100 * campaign_cost as hugeint) * 10000000000000000 as cost,
        case
            when has_orders then cast(100 * revenue as hugeint) * 100000000000000
        end as hundredth_of_revenue,
        case
            when has_orders and orders_without_margin = 0
                then cast(100 * margin as hugeint) * 100000000000000
            when has_orders
                then
                    cast(100 * margin as hugeint) * 100000000000000
                    + cast(100 * revenue_without_margin as hugeint) * margin_share * 100000000
        end as hundredth_of_margin,
        case
            when experiments > 0 and experiments = experiments_with_margin
                then cast(1000000000000 * incremental_margin as hugeint) * 1000000
        end as incremental_margin
    from windowed

),

payload as (

    select
        valued.website_id,
        valued.window_days,
        run.as_of,
        valued.window_days as days,
        case when valued.has_orders then cast(valued.orders as bigint) end as orders,
        case when valued.has_orders then cast(valued.revenue as decimal(38, 2)) end as revenue,
        case
            when valued.has_orders then cast(valued.revenue_of_redeemers as decimal(38, 2))
        end as revenue_of_redeemers,
        {{ ratio_or_null('valued.redeemed * valued.point_value', '1000000') }}
            as points_redeemed_cost,
        {{ ratio_or_null('valued.accrued_cost', one) }} as points_accrued_cost,
        cast(valued.campaign_cost as decimal(38, 2)) as campaign_cost,
        {{ ratio_or_null('valued.cost', one) }} as cost,
        {{ ratio_or_null('valued.cost', 'valued.hundredth_of_revenue') }} as cost_rate,
        {{ ratio_or_null('valued.cost', 'valued.hundredth_of_margin') }} as break_even_uplift,
        {{ ratio_or_null('(valued.incremental_margin - valued.cost)', 'valued.cost') }} as roi,
        case
            when not (valued.has_orders and valued.orders > 0) then 'no_orders'
            when valued.hundredth_of_margin is null then 'no_margin'
            when valued.point_value is null then 'no_point_value'
            when valued.redeemed_share is null then 'short_history'
            when valued.incremental_margin is null then 'no_experiment'
            else 'ok'
        end as status
    from valued
    cross join run

)

select * from payload
order by website_id, window_days
