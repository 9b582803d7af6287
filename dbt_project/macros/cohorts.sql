{# The month that a client's cohort is named for; null for a client who has always been a member. #}
{% macro cohort(member_since_date) -%}
    cast(date_trunc('month', {{ member_since_date }}) as date)
{%- endmacro %}
