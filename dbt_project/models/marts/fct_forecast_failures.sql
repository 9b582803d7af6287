with

failures as (

    select
        forecasts.website_id,
        forecasts.series,
        forecasts.item_id,
        {{ each('forecasts.forecast.failures') }} as failure
    from {{ ref('int_series_forecasts') }} as forecasts

)

select * from failures
order by website_id, item_id, series, failure
