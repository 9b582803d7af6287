{# The pieces of sentences: numbers, dates and what is counted, as English writes them. #}

{# A whole number with commas between its thousands: `1,217,400`, and `300 below zero`. #}
{% macro number_text(number) -%}
    format('{:,}', cast(abs({{ number }}) as bigint)) || if({{ number }} < 0, ' below zero', '')
{%- endmacro %}

{# A number and what it counts: `1 point`, `2 points`. #}
{% macro counted_text(number, noun) -%}
    {{ number_text(number) }} || if({{ number }} = 1, ' {{ noun }}', ' {{ noun }}s')
{%- endmacro %}

{# A date as `Dec 31`, or as `Dec 31, 2017` where the condition holds. #}
{% macro date_text(date, has_year='true') -%}
    substr('JanFebMarAprMayJunJulAugSepOctNovDec', 3 * month({{ date }}) - 2, 3)
    || ' ' || day({{ date }})
    || if({{ has_year }}, ', ' || year({{ date }}), '')
{%- endmacro %}
