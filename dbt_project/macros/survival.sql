{#
    The Kaplan-Meier estimate, a row for each row of `days`: the share of `website_id` that is left
    after each `day` on which `events` of `clients_at_risk` left. A product of hundreds of factors
    isn't exact in doubles, so the share is a whole number of 10^-28, which each day takes on from
    the day before. Rounded to 20 decimals it is free of what those roundings left.
#}
{% macro shares_left(days) -%}
    select
        website_id,
        unnest(list(day order by day)) as day,
        unnest(list_reduce(
            list([cast(clients_at_risk as hugeint), clients_at_risk - events] order by day),
            (shares, clients) -> shares || [shares[-1] * clients[2] // clients[1]],
            [{{ one_share() }}]
        )[2:]) as share_left
    from {{ days }}
    group by website_id
{%- endmacro %}

{# What a share of 1 is in these numbers. #}
{% macro one_share() -%} cast('1{{ '0' * 28 }}' as hugeint) {%- endmacro %}

{# 1 less such a share, with six decimals. #}
{% macro share_gone(share_left) -%}
    {{ ratio(
        '((' ~ one_share() ~ ' - ' ~ share_left ~ ' + 50000000) // 100000000)',
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
