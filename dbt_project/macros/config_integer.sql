{# A widget's config value, where it is a JSON integer from 1 to `highest`; else null. #}
{% macro config_integer(config, key, highest) -%}
    case
        when
            json_type({{ config }}, '$.{{ key }}') in ('BIGINT', 'UBIGINT')
            and cast({{ config }} ->> '$.{{ key }}' as hugeint) between 1 and {{ highest }}
            then cast({{ config }} ->> '$.{{ key }}' as integer)
    end
{%- endmacro %}
