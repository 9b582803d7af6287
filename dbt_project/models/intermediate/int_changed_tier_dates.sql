with

changed_entities as (

    select * from {{ ref('stg_pipeline__changed_entities') }}

),

dates as (

    select date from {{ ref('int_changed_dates') }}
    union
    {# A tier that changed moves every date; else only the dates of changed client-days move. #}
    select date from {{ ref('int_points_daily') }}
    where exists (
        select 1 from changed_entities as changed
        where changed.has_changed and changed.entity in ('loyalty_tiers', 'websites')
    )

)

select * from dates
