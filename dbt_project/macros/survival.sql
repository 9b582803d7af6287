{# What a share of 1 is in the numbers of `shares_left`. #}
{% macro one_share() -%} cast('1{{ '0' * 28 }}' as {{ whole_number() }}) {%- endmacro %}

{# 1 less such a share, with six decimals. #}
{% macro share_gone(share_left) -%}
    {{ ratio(
        '(' ~ quotient('(' ~ one_share() ~ ' - ' ~ share_left ~ ' + 50000000)', '100000000') ~ ')',
        '100000000000000000000',
        6
    ) }}
{%- endmacro %}

{#
    Days from a client's joining to its first redemption, else to as_of; a redemption before it
    joined is on day 0. Needs `run`.
#}
{% macro days_to_first_redemption(clients) -%}
    greatest(
        cast(
            coalesce({{ clients }}.first_redemption_date, run.as_of)
            - {{ clients }}.member_since_date as integer
        ), 0
    )
{%- endmacro %}

{#
    The percentage who have redeemed after so many days, from the stored share; null where nobody is
    observed for so long. Needs `observed` and `curve`.
#}
{% macro redeemed_after(days) -%}
    if(
        observed.longest >= {{ days }},
        {{ ratio('cast(1000000 * coalesce(curve.share_' ~ days ~ ', 0) as bigint)', '10000') }},
        null
    )
{%- endmacro %}
