{#
    Reading delivered values as the source contract's types. A value is delivered either in a
    native type or as text; what can't be read is null. `typeof` of a column is known when the
    query is planned, so a native column costs a plain cast and no text is ever made of it.
#}

{# A float or a double that may stand for several whole numbers can't be read. #}
{% macro read_integer(column, type='bigint') -%}
    case
        {{ when_integer(column, type) }}
        when
            upper(typeof({{ column }})) in ('FLOAT', 'DOUBLE')
            and abs(try_cast({{ text_of(column) }} as double))
            > if(upper(typeof({{ column }})) = 'FLOAT', {{ max_exact_float() }}, {{ max_exact_double() }})
            then null
        when {{ matches(text_of(column), '[+-]?[0-9]+([.]0+)?') }}
            then try_cast(
                regexp_replace({{ text_of(column) }}, '[.]0+$', '') as {{ type }}
            )
    end
{%- endmacro %}

{% macro read_decimal(column) -%}
    case
        when {{ matches(text_of(column), '[+-]?[0-9]+([.][0-9]{1,2}0*)?') }}
            then try_cast({{ text_of(column) }} as decimal(12, 2))
    end
{%- endmacro %}

{# A number strictly between 0 and 1, to 18 decimals; a share of nothing or of all plans none. #}
{% macro read_share(column) -%}
    case
        when
            {{ matches(text_of(column), '[+]?0+[.][0-9]+') }}
            and try_cast({{ text_of(column) }} as decimal(19, 18)) > 0
            and try_cast({{ text_of(column) }} as decimal(19, 18)) < 1
            then try_cast({{ text_of(column) }} as decimal(19, 18))
    end
{%- endmacro %}

{# What lies outside the years 1 to 9999 can't be written as the contract says, nor be read. #}
{% macro read_instant(column) -%}
    {{ read_time(
        column,
        '[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]'
        ~ '([.][0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)?'
    ) }}
{%- endmacro %}

{% macro within_calendar(instant) -%}
    if(
        {{ instant }} between {{ instant_type() }} '0001-01-01 00:00:00+00'
        and {{ instant_type() }} '9999-12-31 23:59:59.999999+00',
        {{ instant }},
        null
    )
{%- endmacro %}

{% macro read_boolean(column) -%}
    case
        when lower({{ text_of(column) }}) in ('t', 'true', 'y', 'yes', '1') then true
        when lower({{ text_of(column) }}) in ('f', 'false', 'n', 'no', '0') then false
    end
{%- endmacro %}

{# A blank is null, from whatever it comes; the other types can't read one. #}
{% macro read_text(column) -%}
    nullif({{ text_of(column) }}, '')
{%- endmacro %}
