with

series as (

    {{ as_rows(forecast_series_names(), 'series') }}

),

accuracy as (

    select * from {{ ref('fct_forecast_accuracy') }}

),

payload as (

    select
        accuracy.website_id,
        if(accuracy.item_id is null, series.place, {{ forecast_series_names() | length }} + 1)
            as place,
        accuracy.candidate,
        accuracy.series,
        accuracy.item_id as item,
        accuracy.model,
        accuracy.mase,
        accuracy.wape,
        accuracy.bias,
        accuracy.coverage_80,
        accuracy.coverage_95,
        accuracy.cut_offs,
        accuracy.is_published
    from accuracy
    inner join series on accuracy.series = series.series

)

select * from payload
order by website_id, place, item, candidate
