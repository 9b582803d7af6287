{#
    numerator ÷ denominator, rounded once, half away from zero, in exact integer arithmetic;
    0 where the denominator is 0. The numerator is a whole number of any sign, the denominator
    is a whole number that is never negative.
#}
{% macro ratio(numerator, denominator, decimals=2) -%}
    {%- set units = 10 ** decimals -%}
    cast(
        case
            when coalesce({{ denominator }}, 0) = 0 then 0
            else sign({{ numerator }}) * cast(
                (
                    abs(cast({{ numerator }} as hugeint)) * {{ 2 * units }}
                    + cast({{ denominator }} as hugeint)
                ) // (2 * cast({{ denominator }} as hugeint)) as decimal(30, 0)
            ) * cast({{ 1 / units }} as decimal({{ decimals + 1 }}, {{ decimals }}))
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
    {%- set divisor = 'abs(cast(' ~ denominator ~ ' as hugeint))' -%}
    {%- set dividend = 'abs(cast(' ~ numerator ~ ' as hugeint))' -%}
    case
        when {{ denominator }} != 0
            then
                if(({{ numerator }} < 0) = ({{ denominator }} < 0), 1, -1) * cast(
                    (
                        {{ units }} * ({{ dividend }} // {{ divisor }})
                        + ({{ 2 * units }} * ({{ dividend }} % {{ divisor }}) + {{ divisor }})
                        // (2 * {{ divisor }})
                    ) * cast({{ 1 / units }} as decimal({{ decimals + 1 }}, {{ decimals }}))
                    as decimal(38, {{ decimals }})
                )
    end
{%- endmacro %}
