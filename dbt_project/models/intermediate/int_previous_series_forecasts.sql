{%- set previous = previous(source('last_run', 'int_series_forecasts')) -%}

with

previous as (

    {% if previous %}
        select
            website_id,
            series,
            item_id,
            observations
        from {{ previous }}
    {% else %}
        select
            cast(null as bigint) as website_id,
            cast(null as varchar) as series,
            cast(null as bigint) as item_id,
            cast(null as bigint[]) as observations
        where false
    {% endif %}

)

select * from previous
