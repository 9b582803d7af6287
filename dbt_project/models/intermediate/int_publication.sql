with

publications as (

    select publication from {{ ref('stg_pipeline__published_figures') }}
    union all
    select publication from {{ ref('stg_pipeline__row_changes') }}
    union all
    select publication from {{ ref('stg_pipeline__published_forecasts') }}

),

next as (

    select cast(coalesce(max(publication), 0) + 1 as bigint) as publication
    from publications

)

select * from next
