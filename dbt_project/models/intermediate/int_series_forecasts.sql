{{ config(
    materialized='incremental',
    incremental_strategy='replace_changed',
    incremental_predicates=[
        "rowid in (select forecasts.rowid from {{ this }} as forecasts"
        ~ " inner join {{ ref('int_changed_forecast_series') }} as changed"
        ~ " on forecasts.website_id = changed.website_id"
        ~ " and forecasts.series = changed.series"
        ~ " and forecasts.item_id is not distinct from changed.item_id)",
    ],
    on_schema_change='fail',
    tags='python',
) }}

{{ build_after('int_previous_series_forecasts') }}

with

changed as (

    select * from {{ ref('int_changed_forecast_series') }}
    where observations is not null

),

forecasts as (

    select
        website_id,
        series,
        item_id,
        observations,
        forecast_series(observations, cadence) as forecast
    from changed

)

select * from forecasts
