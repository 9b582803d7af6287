with

observed as (

    select
        website_id,
        series,
        item_id,
        if(item_id is null, 'daily', 'weekly') as cadence,
        {{ listed('value', 'date') }} as observations
    from {{ ref('int_forecast_series') }}
    group by website_id, series, item_id

),

forecast as (

    select * from {{ ref('int_previous_series_forecasts') }}

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
            and observed.item_id is not distinct from forecast.item_id
    where
        observed.observations is distinct from forecast.observations
        -- A process may have ended early, and a full build would not repeat that.
        or forecast.has_failures

)

select * from changed
order by website_id, item_id, series
