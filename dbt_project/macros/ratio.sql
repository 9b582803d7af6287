{#
    numerator ÷ denominator, rounded once, half away from zero, in exact integer arithmetic;
    0 where the denominator is 0. The numerator is a whole number of any sign, the denominator
    is a whole number that is never negative.
#}
{% macro ratio(numerator, denominator, decimals=2) -%}
    {%- set units = 10 ** decimals -%}
    {%- set divisor = 'cast(' ~ denominator ~ ' as ' ~ whole_number() ~ ')' -%}
    {%- set dividend -%}
        (abs(cast({{ numerator }} as {{ whole_number() }})) * {{ 2 * units }} + {{ divisor }})
    {%- endset -%}
    {%- set rounded -%}
        cast(
            if({{ numerator }} < 0, -1, 1) * ({{ quotient(dividend, '(2 * ' ~ divisor ~ ')') }})
            as decimal(30, 0)
        )
    {%- endset -%}
    cast(
        case
            when coalesce({{ denominator }}, 0) = 0 then 0
            else {{ in_units(rounded, decimals) }}
        end as decimal(38, {{ decimals }})
    )
{%- endmacro %}

{#
    The same of whole numbers as long as DuckDB has them, and of a denominator of any sign; null
    where the denominator is 0 or either is null. The whole part is divided out first, so that what
    is left can be scaled.
#}
{% macro ratio_or_null(numerator, denominator, decimals=2) -%}
    {%- set units = 10 ** decimals -%}
    {%- set divisor = 'abs(cast(' ~ denominator ~ ' as ' ~ whole_number() ~ '))' -%}
    {%- set dividend = 'abs(cast(' ~ numerator ~ ' as ' ~ whole_number() ~ '))' -%}
    {%- set part -%}
        ({{ 2 * units }} * ({{ dividend }} % {{ divisor }}) + {{ divisor }})
    {%- endset -%}
    {%- set rounded -%}
        if(({{ numerator }} < 0) = ({{ denominator }} < 0), 1, -1) * (
            {{ units }} * ({{ quotient(dividend, divisor) }})
            + {{ quotient(part, '(2 * ' ~ divisor ~ ')') }}
        )
    {%- endset -%}
    case
        when {{ denominator }} != 0
            then cast({{ in_units(rounded, decimals) }} as decimal(38, {{ decimals }}))
    end
{%- endmacro %}
