{%- set previous = previous(source('last_run', 'int_series_forecasts')) -%}

with

previous as (

    {% if previous %}
        select
            website_id,
            series,
            item_id,
            observations,
            len(forecast.failures) > 0 as has_failures
        from {{ previous }}
    {% else %}
        select
            cast(null as bigint) as website_id,
            cast(null as string) as series,
            cast(null as bigint) as item_id,
            cast(null as {{ list_of('bigint') }}) as observations,
            cast(null as boolean) as has_failures
        where false
    {% endif %}

)

select * from previous
