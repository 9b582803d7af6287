{#
    The table macro `calculate_analytics` beside the marts: the record of any range, no row where
    there is none. DuckDB looks the marts up when the macro is made, so their file must be in use.
#}
{% macro publish_calculate_analytics() -%}
    create or replace macro
    {{ this.database }}.{{ this.schema }}.calculate_analytics(website_id, date_from, date_to)
    as table
    with

    ranges as (

        select
            cast(website_id as bigint) as website_id,
            cast(date_from as date) as date_from,
            cast(date_to as date) as date_to

    ),

    {{ analytics_records('ranges', published=true) }}

    select * from records
{%- endmacro %}
