{# How many months after the month of one date that of another date lies. #}
{% macro months_apart(from_date, to_date) -%}
    cast(
        (year({{ to_date }}) - year({{ from_date }})) * 12
        + month({{ to_date }}) - month({{ from_date }}) as integer
    )
{%- endmacro %}

{# Whether a redemption curve that ends at this age tells enough to expect anything by it. #}
{% macro is_long_enough(last_age) -%}
    coalesce({{ last_age }} >= 2, false)
{%- endmacro %}

{# 1 for Monday to 7 for Sunday. #}
{% macro weekday(date) -%}
    cast({{ date }} - cast(date_trunc('week', {{ date }}) as date) as integer) + 1
{%- endmacro %}
