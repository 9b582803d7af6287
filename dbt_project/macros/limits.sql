{#
    The limits of api_export/payloads/limits.py that the models keep, each under the same name and
    for the reason given there. tests/payloads/test_limits.py holds both equal.
#}
{% macro max_days() -%} 3660 {%- endmacro %}
{% macro default_days() -%} 30 {%- endmacro %}
{% macro max_limit() -%} 100 {%- endmacro %}
{% macro default_limit() -%} 10 {%- endmacro %}

{% macro first_date() -%} 1970-01-01 {%- endmacro %}
{% macro last_date() -%} 2199-12-31 {%- endmacro %}

{% macro max_exact_float() -%} 16777216 {%- endmacro %}
{% macro max_exact_double() -%} 9007199254740992 {%- endmacro %}
{% macro max_readable_website() -%} 900719 {%- endmacro %}

{% macro first_created_id() -%} 9000000000000000 {%- endmacro %}
{% macro last_created_id() -%} 9000999999999999 {%- endmacro %}
