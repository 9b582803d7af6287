{#
    The table macro `calculate_analytics` beside the marts: the record of any range, no row where
    there is none.
#}
{% macro publish_calculate_analytics() -%}
    {% call publish(
        'calculate_analytics', ['website_id', 'date_from', 'date_to'],
        'The record of loyalty_analytics for a website and any range of dates, both inclusive; no'
        ~ ' row where the range is none or ends after as_of.'
    ) -%}
        with

        ranges as (

            select
                cast(website_id as bigint) as website_id,
                cast(date_from as date) as date_from,
                cast(date_to as date) as date_to

        ),

        {{ analytics_records('ranges', published=true) }}

        select * from records
    {%- endcall %}
{%- endmacro %}
