{#
    A client's activity: the business dates on which it was issued more than it got back, or
    redeemed. Deductions and refunds are the operator's doing.
#}
{% macro is_activity_date(client_days) -%}
    ({{ client_days }}.issued > {{ client_days }}.refunded or {{ client_days }}.redeemed > 0)
{%- endmacro %}

{# Segments and lifecycle are shown beside those of this many days before as_of. #}
{% macro days_before() -%} {{ return(30) }} {%- endmacro %}

{# Frequency and monetary are of this many days. #}
{% macro rfm_days() -%} {{ return(365) }} {%- endmacro %}

{# How many days before as_of segments and lifecycle are shown. #}
{% macro days_shown() -%} {{ return([0, days_before()]) }} {%- endmacro %}

{# How many days before as_of the client's totals are kept: where such a window begins or ends. #}
{% macro days_ago() -%}
    {%- set before, window = days_before(), rfm_days() -%}
    {{ return([0, before, window, before + window]) }}
{%- endmacro %}

{# The column of int_client_totals that says it as of so many days before as_of. #}
{% macro ago(column, days) -%}
    {{ column }}{{ '_' ~ days ~ '_days_ago' if days }}
{%- endmacro %}
