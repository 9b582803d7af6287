with

candidates as (

    select
        forecasts.website_id,
        forecasts.series,
        forecasts.item_id,
        {{ each('forecasts.forecast.accuracy') }} as candidate
    from {{ ref('int_series_forecasts') }} as forecasts

),

accuracy as (

    select
        candidates.website_id,
        candidates.series,
        candidates.item_id,
        candidates.candidate.place as candidate,
        candidates.candidate.model,
        candidates.candidate.mase,
        candidates.candidate.wape,
        candidates.candidate.bias,
        candidates.candidate.coverage_80,
        candidates.candidate.coverage_95,
        candidates.candidate.cut_offs,
        candidates.candidate.is_published
    from candidates

)

select * from accuracy
order by website_id, item_id, series, candidate
