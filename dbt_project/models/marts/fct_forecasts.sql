with

run as (

    select * from {{ ref('int_run') }}

),

steps as (

    select
        forecasts.website_id,
        forecasts.series,
        forecasts.item_id,
        if(forecasts.item_id is null, 1, 7) as days,
        forecasts.forecast.model,
        {{ each('forecasts.forecast.steps') }} as step
    from {{ ref('int_series_forecasts') }} as forecasts

),

dated as (

    select
        steps.website_id,
        steps.series,
        steps.item_id,
        run.as_of + steps.days * steps.step.ahead as date,
        steps.step.point,
        steps.step.low_80,
        steps.step.high_80,
        steps.step.low_95,
        steps.step.high_95,
        steps.model
    from steps
    cross join run

)

select * from dated
order by website_id, item_id, series, date
