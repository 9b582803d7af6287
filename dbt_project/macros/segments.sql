{# The segments in the order in which they are shown, best clients first. #}
{% macro segments() -%}
    {{ return([
        'champions', 'loyal', 'potential_loyalist', 'new', 'promising', 'need_attention',
        'about_to_sleep', 'cant_lose', 'at_risk', 'hibernating'
    ]) }}
{%- endmacro %}

{# The states of the lifecycle in the order in which they are shown. #}
{% macro lifecycle_states() -%}
    {{ return(['new', 'active', 'at_risk', 'lapsed', 'never_active']) }}
{%- endmacro %}

{# (place, name): the names as rows, numbered from 1. #}
{% macro as_rows(names, name) -%}
    select
        cast(place as integer) as place,
        {{ name }}
    from (values
        {% for each in names %}({{ loop.index }}, '{{ each }}'){{ ', ' if not loop.last }}{% endfor %}
    ) as named (place, {{ name }})
{%- endmacro %}

{#
    1 to 5: 1 and how many of the thresholds of the website's clients lie below the value. Equal
    values share a score. Null without a value.
#}
{% macro score(value, thresholds) -%}
    if(
        {{ value }} is not null,
        1
        {%- for fifth in range(1, 5) %}
            + if({{ thresholds }}.threshold_{{ fifth }} < {{ value }}, 1, 0)
        {%- endfor %},
        null
    )
{%- endmacro %}

{# Joins the thresholds of a measure to `measured`. #}
{% macro with_thresholds(measure, name) -%}
    left join thresholds as {{ name }}
        on measured.website_id = {{ name }}.website_id and {{ name }}.measure = '{{ measure }}'
{%- endmacro %}

{# The segment of a recency and a frequency score; null without them. #}
{% macro segment(recency, frequency) -%}
    case
        when {{ recency }} = 5 and {{ frequency }} >= 4 then 'champions'
        when {{ recency }} >= 3 and {{ frequency }} >= 4 then 'loyal'
        when {{ recency }} >= 4 and {{ frequency }} >= 2 then 'potential_loyalist'
        when {{ recency }} = 5 then 'new'
        when {{ recency }} = 4 then 'promising'
        when {{ recency }} = 3 and {{ frequency }} = 3 then 'need_attention'
        when {{ recency }} = 3 then 'about_to_sleep'
        when {{ frequency }} = 5 then 'cant_lose'
        when {{ frequency }} >= 3 then 'at_risk'
        when {{ frequency }} >= 1 then 'hibernating'
    end
{%- endmacro %}

{#
    What follows is of a client on as_of, or so many days before: from its `totals`, and `run`. The
    figures of its last year are those up to that date less those up to a year before.
#}

{% macro recency_on(days) -%}
    cast(run.as_of - {{ days }} - totals.{{ ago('last_activity_date', days) }} as bigint)
{%- endmacro %}

{% macro frequency_on(days) -%}
    {{ _of_last_year('activity_dates', days) }}
{%- endmacro %}

{% macro monetary_on(days) -%}
    {{ _of_last_year('lifetime_earned', days) }}
{%- endmacro %}

{% macro _of_last_year(column, days) -%}
    if(
        totals.{{ ago('last_activity_date', days) }} is not null,
        totals.{{ ago(column, days) }} - totals.{{ ago(column, days + rfm_days()) }},
        null
    )
{%- endmacro %}

{#
    The state of a member by its own cadence: the mean gap between its activity dates, held to 7 to
    90 days, and 45 where there is one date alone. Multiplied by the number of gaps all stays whole.
#}
{% macro lifecycle_on(days) -%}
    {%- set dates = 'totals.' ~ ago('activity_dates', days) -%}
    {%- set last = 'totals.' ~ ago('last_activity_date', days) -%}
    {%- set gaps = 'greatest(' ~ dates ~ ' - 1, 1)' -%}
    {%- set silences = recency_on(days) ~ ' * ' ~ gaps -%}
    {%- set cadences -%}
        if(
            {{ dates }} = 1,
            45,
            least(
                greatest(cast({{ last }} - totals.first_activity_date as bigint), 7 * {{ gaps }}),
                90 * {{ gaps }}
            )
        )
    {%- endset -%}
    case
        when coalesce({{ dates }}, 0) = 0 then 'never_active'
        when totals.first_activity_date > run.as_of - {{ days + days_before() }} then 'new'
        when {{ silences }} <= 2 * {{ cadences }} then 'active'
        when {{ silences }} <= 4 * {{ cadences }} then 'at_risk'
        else 'lapsed'
    end
{%- endmacro %}
