{# A widget's config value, where it is a JSON integer from 1 to `highest`; else null. #}
{% macro config_integer(config, key, highest) -%}
    case
        when
            {{ json_is_integer(config, key) }}
            and cast({{ json_text(config, key) }} as {{ whole_number() }}) between 1 and {{ highest }}
            then cast({{ json_text(config, key) }} as integer)
    end
{%- endmacro %}
