{# What is forecast of a website's days, in the order in which it is shown. #}
{% macro forecast_series_names() -%}
    {{ return(['points_issued', 'points_redeemed', 'redemptions']) }}
{%- endmacro %}

{# Months of which the last forecast is kept: with the same month a year ago, and as many again. #}
{% macro kept_forecasts() -%} 24 {%- endmacro %}
