{#
    A widget's config value, where it is a JSON text YYYY-MM-DD of a date that an event may have;
    else null.
#}
{% macro config_date(config, key) -%}
    case
        when
            {{ json_is_text(config, key) }}
            and {{ matches(json_text(config, key), '[0-9]{4}-[0-9]{2}-[0-9]{2}') }}
            and try_cast({{ json_text(config, key) }} as date)
            between date '{{ first_date() }}' and date '{{ last_date() }}'
            then try_cast({{ json_text(config, key) }} as date)
    end
{%- endmacro %}
