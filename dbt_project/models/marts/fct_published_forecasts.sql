with

known as (

    select
        publication,
        as_of,
        website_id,
        series,
        item_id,
        date,
        point,
        low_80,
        high_80,
        low_95,
        high_95,
        model
    from {{ ref('stg_pipeline__published_forecasts') }}

),

news as (

    select
        publication.publication,
        run.as_of,
        forecasts.website_id,
        forecasts.series,
        forecasts.item_id,
        forecasts.date,
        forecasts.point,
        forecasts.low_80,
        forecasts.high_80,
        forecasts.low_95,
        forecasts.high_95,
        forecasts.model
    from {{ ref('fct_forecasts') }} as forecasts
    cross join {{ ref('int_publication') }} as publication
    cross join {{ ref('int_run') }} as run

),

published as (

    select * from known
    union all
    select * from news

),

publications as (

    select distinct
        publication,
        as_of
    from published

),

{#
    Of each month the forecasts of its last as_of, as they were published first: who counts that
    date again later knows more than was known then.
#}
last_of_months as (

    select
        publication,
        as_of
    from publications
    qualify
        row_number() over (
            partition by date_trunc('month', as_of)
            order by as_of desc, publication asc
        ) = 1

),

kept_publications as (

    select publication
    from last_of_months
    order by as_of desc
    limit {{ kept_forecasts() }}

),

kept as (

    select * from published
    where publication in (select latest.publication from kept_publications as latest)

)

select * from kept
order by publication, website_id, item_id, series, date
