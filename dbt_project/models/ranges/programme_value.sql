with

{{ requested_range() }},

{{ programme_terms() }},

points as (

    select
        cast(coalesce(sum(points.issued), 0) as {{ whole_number() }}) as issued,
        cast(coalesce(sum(points.redeemed), 0) as {{ whole_number() }}) as redeemed
    from {{ mart(ref('fct_points_daily')) }} as points
    where {{ is_in_range('points') }}

),

orders as (

    select
        coalesce(sum(orders.orders), 0) as orders,
        coalesce(sum(orders.revenue), 0) as revenue,
        coalesce(sum(orders.margin), 0) as margin,
        coalesce(sum(orders.orders_without_margin), 0) as orders_without_margin,
        coalesce(sum(orders.revenue_without_margin), 0) as revenue_without_margin
    from {{ mart(ref('fct_orders_daily')) }} as orders
    where {{ is_in_range('orders') }}

),

redeemers as (

    select distinct requests.client_id
    from {{ mart(ref('fct_redemption_requests')) }} as requests
    where requests.is_redemption and {{ is_in_range('requests') }}

),

orders_of_redeemers as (

    select coalesce(sum(orders.amount), 0) as revenue
    from {{ mart(ref('fct_orders')) }} as orders
    inner join redeemers on orders.client_id = redeemers.client_id
    where {{ is_in_range('orders') }}

),

{# By their last date: one that ends after the range is not in it. #}
ended_campaigns as (

    select {{ campaign_sums('campaigns') }}
    from {{ mart(ref('fct_campaigns')) }} as campaigns
    inner join requested
        on
            campaigns.date_to > requested.as_of - requested.days
            and campaigns.date_to <= requested.as_of
    where {{ is_of_website('campaigns') }}

),

summed as (

    select
        terms.website_id,
        terms.has_orders,
        terms.margin_share,
        terms.point_value,
        terms.redeemed_share,
        requested.as_of,
        requested.days,
        points.issued,
        points.redeemed,
        orders.*,
        orders_of_redeemers.revenue as revenue_of_redeemers,
        coalesce(ended.campaign_cost, 0) as campaign_cost,
        ended.experiments,
        ended.experiments_with_margin,
        coalesce(ended.incremental_margin, 0) as incremental_margin
    from requested
    inner join terms on {{ is_of_website('terms') }}
    cross join points
    cross join orders
    cross join orders_of_redeemers
    cross join ended_campaigns as ended

),

{{ valued_programme('summed') }},

payload as (

    select {{ programme_value_keys('valued') }}
    from valued

)

select * from payload
