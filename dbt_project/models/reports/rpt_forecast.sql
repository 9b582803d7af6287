with

run as (

    select * from {{ ref('dim_run') }}

),

series as (

    {{ as_rows(forecast_series_names(), 'series') }}

),

forecasts as (

    select * from {{ ref('fct_forecasts') }}
    where item_id is null

),

payload as (

    select
        forecasts.website_id,
        cast(forecasts.date - run.as_of as integer) as days_ahead,
        series.place,
        forecasts.date,
        forecasts.series,
        forecasts.point,
        forecasts.low_80,
        forecasts.high_80,
        forecasts.low_95,
        forecasts.high_95
    from forecasts
    inner join series on forecasts.series = series.series
    cross join run

)

select * from payload
order by website_id, date, place
