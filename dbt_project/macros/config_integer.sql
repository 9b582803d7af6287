{# A widget's config value, where it is a JSON integer from 1 to `highest`; else null. #}
{% macro config_integer(config, key, highest) -%}
    case
        when
            {{ json_is_integer(config, key) }}
            and try_cast({{ json_text(config, key) }} as {{ whole_number() }})
            between 1 and {{ highest }}
            then try_cast({{ json_text(config, key) }} as integer)
    end
{%- endmacro %}
