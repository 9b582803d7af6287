{#
    Reading delivered values as the source contract's types. A value is delivered either in a
    native type or as text; what can't be read is null. `typeof` of a column is known when the
    query is planned, so a native column costs a plain cast and no text is ever made of it.
#}

{# A float or a double that may stand for several whole numbers can't be read. #}
{% macro read_integer(column, type='bigint') -%}
    case
        when typeof({{ column }}) in (
            'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'UTINYINT', 'USMALLINT', 'UINTEGER'
        )
            then try_cast({{ column }} as {{ type }})
        when
            typeof({{ column }}) in ('FLOAT', 'DOUBLE')
            and abs(try_cast(cast({{ column }} as varchar) as double))
            > if(typeof({{ column }}) = 'FLOAT', {{ max_exact_float() }}, {{ max_exact_double() }})
            then null
        when regexp_full_match(cast({{ column }} as varchar), '[+-]?[0-9]+([.]0+)?')
            then try_cast(
                regexp_replace(cast({{ column }} as varchar), '[.]0+$', '') as {{ type }}
            )
    end
{%- endmacro %}

{% macro read_decimal(column) -%}
    case
        when regexp_full_match(cast({{ column }} as varchar), '[+-]?[0-9]+([.][0-9]{1,2}0*)?')
            then try_cast(cast({{ column }} as varchar) as decimal(12, 2))
    end
{%- endmacro %}

{# An instant's microseconds are plain numbers; a cast to or from a local time asks a calendar. #}
{% macro read_instant(column) -%}
    case
        when typeof({{ column }}) = 'TIMESTAMP WITH TIME ZONE'
            then if(
                isfinite(try_cast({{ column }} as timestamptz)),
                try_cast({{ column }} as timestamptz),
                null
            )
        when starts_with(typeof({{ column }}), 'TIMESTAMP') or typeof({{ column }}) = 'DATE'
            then if(
                isfinite(try_cast({{ column }} as timestamp)),
                make_timestamptz(epoch_us(try_cast({{ column }} as timestamp))),
                null
            )
        when
            regexp_full_match(
                cast({{ column }} as varchar),
                '[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]'
                || '([.][0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)?'
            )
            and not starts_with(cast({{ column }} as varchar), '0000')
            then try_cast(cast({{ column }} as varchar) as timestamptz)
    end
{%- endmacro %}

{% macro read_boolean(column) -%}
    case
        when lower(cast({{ column }} as varchar)) in ('t', 'true', 'y', 'yes', '1') then true
        when lower(cast({{ column }} as varchar)) in ('f', 'false', 'n', 'no', '0') then false
    end
{%- endmacro %}

{# A blank is null, from whatever it comes; the other types can't read one. #}
{% macro read_text(column) -%}
    nullif(cast({{ column }} as varchar), '')
{%- endmacro %}
