{%- set previous = previous(source('last_run', 'int_series_forecasts')) -%}

with

observed as (

    select
        website_id,
        series,
        item_id,
        if(item_id is null, 'daily', 'weekly') as cadence,
        list(value order by date) as observations
    from {{ ref('int_forecast_series') }}
    group by website_id, series, item_id

),

forecast as (

    {% if previous %}
        select
            website_id,
            series,
            item_id,
            observations
        from {{ previous }}
    {% else %}
        select
            cast(null as bigint) as website_id,
            cast(null as varchar) as series,
            cast(null as bigint) as item_id,
            cast(null as bigint[]) as observations
        where false
    {% endif %}

),

changed as (

    select
        coalesce(observed.website_id, forecast.website_id) as website_id,
        coalesce(observed.series, forecast.series) as series,
        coalesce(observed.item_id, forecast.item_id) as item_id,
        observed.cadence,
        observed.observations
    from observed
    full outer join forecast
        on
            observed.website_id = forecast.website_id
            and observed.series = forecast.series
            and coalesce(observed.item_id, 0) = coalesce(forecast.item_id, 0)
            and (observed.item_id is null) = (forecast.item_id is null)
    where observed.observations is distinct from forecast.observations

)

select * from changed
order by website_id, item_id, series
