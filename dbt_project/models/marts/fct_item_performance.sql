with

items as (

    select * from {{ ref('dim_redemption_items') }}

),

run as (

    select * from {{ ref('dim_run') }}

),

{# All items' prices beside the clients at each balance: a running sum finds who can afford what. #}
prices_and_balances as (

    select
        website_id,
        item_id,
        cast(points_required as bigint) as points,
        0 as clients
    from items
    union all
    select
        website_id,
        null as item_id,
        balance as points,
        count(*) as clients
    from {{ ref('dim_clients') }}
    where is_active
    group by website_id, balance

),

{# The frame of equal points is one: who has just the price can afford it. #}
running as (

    select
        item_id,
        sum(clients) over (
            partition by website_id order by points desc
            range between unbounded preceding and current row
        ) as clients_who_can_afford
    from prices_and_balances

),

affordable as (

    select
        item_id,
        clients_who_can_afford
    from running
    where item_id is not null

),

redemptions as (

    select
        requests.item_id,
        requests.client_id,
        requests.date,
        cast(run.as_of - requests.date as integer) as days_ago
    from {{ ref('fct_redemption_requests') }} as requests
    cross join run
    where requests.is_redemption

),

redeemed as (

    select
        item_id,
        count(*) filter (where days_ago < 30) as redemptions_30,
        count(*) filter (where days_ago < 90) as redemptions_90,
        count(*) filter (where days_ago < 365) as redemptions_365,
        count(distinct client_id) filter (where days_ago < 365) as clients_365,
        max(date) as last_redeemed
    from redemptions
    group by item_id

),

weeks as (

    select
        forecasts.item_id,
        {{ each('forecasts.forecast.steps') }} as week
    from {{ ref('int_series_forecasts') }} as forecasts
    where forecasts.item_id is not null

),

{# The next 30 days: four weeks, and two sevenths of the fifth, in millionths. #}
weeks_ahead as (

    select
        weeks.item_id,
        if(weeks.week.ahead < 5, 7, 2) as days,
    {% for figure in ['point', 'low_80', 'high_80'] %}
        cast(1000000 * weeks.week.exact_{{ figure }} as {{ whole_number() }}) as {{ figure }}
        {{- ',' if not loop.last }}
    {% endfor %}
    from weeks
    where weeks.week.ahead <= 5

),

expected as (

    select
        item_id,
        {{ ratio('sum(days * point)', 7000000, 0) }} as expected_30,
        if(count(low_80) = count(*), {{ ratio('sum(days * low_80)', 7000000, 0) }}, null)
            as expected_30_low,
        if(count(high_80) = count(*), {{ ratio('sum(days * high_80)', 7000000, 0) }}, null)
            as expected_30_high
    from weeks_ahead
    group by item_id

),

performance as (

    select
        items.website_id,
        items.item_id,
        items.item_name,
        items.category_name,
        items.points_required,
        items.is_active,
        cast(affordable.clients_who_can_afford as bigint) as clients_who_can_afford,
        {{ ratio('100 * affordable.clients_who_can_afford', 'totals.active_clients') }}
            as affordable_rate,
        coalesce(redeemed.redemptions_30, 0) as redemptions_30,
        coalesce(redeemed.redemptions_90, 0) as redemptions_90,
        coalesce(redeemed.redemptions_365, 0) as redemptions_365,
        coalesce(redeemed.clients_365, 0) as clients_365,
        redeemed.last_redeemed,
        cast(expected.expected_30 as bigint) as expected_30,
        cast(expected.expected_30_low as bigint) as expected_30_low,
        cast(expected.expected_30_high as bigint) as expected_30_high
    from items
    inner join affordable on items.item_id = affordable.item_id
    inner join {{ ref('fct_website_totals') }} as totals on items.website_id = totals.website_id
    left join redeemed on items.item_id = redeemed.item_id
    left join expected on items.item_id = expected.item_id

)

select * from performance
order by website_id, item_id
