with

{{ programme_terms(published=false) }},

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

{# By their last date: one that ends after as_of is in no window. #}
ended_campaigns as (

    select
        campaigns.website_id,
        campaigns.date_to as date,
        {{ campaign_sums('campaigns') }}
    from {{ ref('fct_campaigns') }} as campaigns
    group by campaigns.website_id, campaigns.date_to

),

windowed as (

    select
        terms.*,
        windows.window_days as days,
        cast(sum(coalesce(points.issued, 0)) over wider_windows as {{ whole_number() }})
            as issued,
        cast(sum(coalesce(points.redeemed, 0)) over wider_windows as {{ whole_number() }})
            as redeemed,
        sum(coalesce(orders.orders, 0)) over wider_windows as orders,
        sum(coalesce(orders.revenue, 0)) over wider_windows as revenue,
        sum(coalesce(orders.margin, 0)) over wider_windows as margin,
        sum(coalesce(orders.orders_without_margin, 0)) over wider_windows
            as orders_without_margin,
        sum(coalesce(orders.revenue_without_margin, 0)) over wider_windows
            as revenue_without_margin,
        sum(coalesce(redeemers.revenue, 0)) over wider_windows as revenue_of_redeemers,
        sum(coalesce(ended.campaign_cost, 0)) over wider_windows as campaign_cost,
        sum(coalesce(ended.experiments, 0)) over wider_windows as experiments,
        sum(coalesce(ended.experiments_with_margin, 0)) over wider_windows
            as experiments_with_margin,
        sum(coalesce(ended.incremental_margin, 0)) over wider_windows as incremental_margin
    from terms
    cross join windows
    left join points
        on terms.website_id = points.website_id and windows.date_from = points.date
    left join orders
        on terms.website_id = orders.website_id and windows.date_from = orders.date
    left join redeemers
        on terms.website_id = redeemers.website_id and windows.date_from = redeemers.date
    left join ended_campaigns as ended
        on terms.website_id = ended.website_id and windows.date_from = ended.date
    window
        wider_windows as (partition by terms.website_id order by windows.window_days)

),

{{ valued_programme('windowed') }},

payload as (

    select
        valued.website_id,
        valued.days as window_days,
        {{ programme_value_keys('valued') }}
    from valued

)

select * from payload
order by website_id, window_days
