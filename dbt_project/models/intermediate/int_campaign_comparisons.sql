with

windows as (

    select * from {{ ref('int_campaign_windows') }}

),

sizes as (

    select * from {{ ref('int_campaign_sizes') }}

),

run as (

    select * from {{ ref('int_run') }}

),

deliveries as (

    select is_delivered from {{ ref('stg_pipeline__deliveries') }}
    where entity = 'orders'

),

metrics as (

    {% for metric, units in campaign_metrics().items() %}
        select
            {{ loop.index }} as place,
            '{{ metric }}' as metric,
            {{ units }} as units
        from run
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

{# Dates of orders, all up to as_of, whose margin nothing tells. #}
dates_without_margin as (

    select
        orders.website_id,
        orders.date
    from {{ ref('fct_orders_daily') }} as orders
    cross join run
    where orders.orders_without_margin > 0 and run.margin_share is null

),

without_margin as (

    select distinct windows.campaign_id
    from windows
    inner join dates_without_margin as dates
        on
            windows.website_id = dates.website_id
            and dates.date between windows.before_from and windows.date_to

),

{# Money can be measured where orders are delivered; margin where each order has one. #}
measured as (

    select
        windows.campaign_id,
        windows.website_id,
        windows.is_experiment,
        metrics.place,
        metrics.metric,
        metrics.units
    from windows
    cross join metrics
    cross join deliveries
    left join without_margin on windows.campaign_id = without_margin.campaign_id
    where
        (metrics.metric not in ('revenue', 'margin') or deliveries.is_delivered)
        and (metrics.metric != 'margin' or without_margin.campaign_id is null)

),

totals as (

    select * from {{ ref('int_campaign_points') }}
    union all
    select * from {{ ref('int_campaign_redemptions') }}
    union all
    select * from {{ ref('int_campaign_orders') }}

),

comparisons as (

    select
        measured.campaign_id,
        measured.website_id,
        measured.is_experiment,
        measured.place,
        measured.metric,
        measured.units,
        sizes.status,
        cast(sizes.treatment_clients as {{ whole_number() }}) as treatment_clients,
        cast(sizes.comparison_clients as {{ whole_number() }}) as comparison_clients,
    {% for arm in ['treatment', 'comparison'] %}
        coalesce({{ arm }}.during, 0) as {{ arm }}_during,
        coalesce({{ arm }}.before, 0) as {{ arm }}_before,
        coalesce({{ arm }}.during_squared, 0) as {{ arm }}_during_squared,
        coalesce({{ arm }}.before_squared, 0) as {{ arm }}_before_squared,
        coalesce({{ arm }}.product, 0) as {{ arm }}_product{{ ',' if not loop.last }}
    {% endfor %}
    from measured
    inner join sizes on measured.campaign_id = sizes.campaign_id
    left join totals as treatment
        on
            measured.campaign_id = treatment.campaign_id
            and measured.metric = treatment.metric
            and treatment.is_treated
    left join totals as comparison
        on
            measured.campaign_id = comparison.campaign_id
            and measured.metric = comparison.metric
            and not comparison.is_treated

)

select * from comparisons
