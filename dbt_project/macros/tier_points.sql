{# The points that a client's tier goes by: needs `run`, whose tier_basis says which. #}
{% macro tier_points(balance, lifetime_issued) -%}
    if(run.tier_basis = 'lifetime', {{ lifetime_issued }}, {{ balance }})
{%- endmacro %}
