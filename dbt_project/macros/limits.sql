{#
    The most days that a window may have, ten years with their leap days: so far back each day's
    figures are kept at hand. A gap between events that no window could span is taken for an error.
#}
{% macro max_days() -%} 3660 {%- endmacro %}

{# The most items that a list of top redemptions may have: what a page can show. #}
{% macro max_limit() -%} 100 {%- endmacro %}
