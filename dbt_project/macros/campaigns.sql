{#
    What the models of campaigns share: whom a campaign compares, what is summed up of them, and
    the exact arithmetic of the figures.
#}

{#
    The metrics in the order in which they are shown, each with how many units make one of it; the
    model says `run`.
#}
{% macro campaign_metrics() -%}
    {{ return({
        'points_issued': 1,
        'points_redeemed': 1,
        'redemptions': 1,
        'active_days': 1,
        'revenue': 100,
        'margin': margin_units('run.margin_share'),
    }) }}
{%- endmacro %}

{#
    In how many units of the currency's margin is counted: in cents, or in the parts of one that a
    share of whole cents comes to. Not finer than needed, since what is summed up is squared.
#}
{% macro margin_units(share) -%}
    case
        when {{ share }} is null then 100
        when {{ share }} = round({{ share }}, 2) then 10000
        when {{ share }} = round({{ share }}, 4) then 1000000
        else 100000000
    end
{%- endmacro %}

{# Whether who is a member since a date, null for always, was one before another date. #}
{% macro is_before(member_since_date, date) -%}
    coalesce({{ member_since_date }} < {{ date }}, true)
{%- endmacro %}

{#
    Clients with fewer than this in an arm are too few for an interval: the mean of fewer is too far
    from normal.
#}
{% macro least_clients() -%} 30 {%- endmacro %}

{#
    Sums of `metrics` over the clients whom each campaign compares, a row for each campaign, arm and
    metric: of what a client has in the campaign's window, in the one before, of their squares and
    of their product. CTEs, the last of which is `totals`. Who has nothing adds nothing, so it is
    looked at neither here nor among the rows of `events` (website_id, client_id, date, a column for
    each metric).

    In an update only campaigns that changed are summed up.
#}
{% macro campaign_totals(events, metrics, is_update=false) -%}
windows as (

    select * from {{ ref('int_campaign_windows') }}
    {% if is_update %}
        where
            campaign_id in (
                select changed.campaign_id from {{ ref('int_changed_campaigns') }} as changed
            )
    {% endif %}

),

arms as (

    select * from {{ ref('int_campaign_arms') }}

),

clients as (

    select * from {{ ref('dim_clients') }}

),

campaign_dates as (

    select
        campaign_id,
        website_id,
        is_experiment,
        date_from,
        {{ each_date("greatest(before_from, date '" ~ first_date() ~ "' - 1)", 'date_to') }} as date
    from windows
    where is_over

),

members as (

    select
        arms.campaign_id,
        arms.client_id,
        windows.before_from,
        windows.date_from,
        windows.date_to
    from arms
    inner join windows on arms.campaign_id = windows.campaign_id
    where windows.is_over and windows.is_experiment and arms.arm is not null

),

{#
    In an experiment members alone are looked at, else all clients of the website. That a date is one
    of a campaign's finds events faster than that it lies between two.
#}
dated as (

    select
        members.campaign_id,
        events.client_id,
        events.date >= members.date_from as is_during,
    {% for metric in metrics %}
        events.{{ metric }}{{ ',' if not loop.last }}
    {% endfor %}
    from {{ events }} as events
    inner join members
        on
            events.client_id = members.client_id
            and events.date between members.before_from and members.date_to
    where events.date in (select dates.date from campaign_dates as dates where dates.is_experiment)
    union all
    select
        campaign_dates.campaign_id,
        events.client_id,
        events.date >= campaign_dates.date_from as is_during,
    {% for metric in metrics %}
        events.{{ metric }}{{ ',' if not loop.last }}
    {% endfor %}
    from {{ events }} as events
    inner join campaign_dates
        on
            events.website_id = campaign_dates.website_id
            and events.date = campaign_dates.date
            and not campaign_dates.is_experiment

),

of_clients as (

    select
        campaign_id,
        client_id,
    {% for metric in metrics %}
        sum(if(is_during, {{ metric }}, 0)) as {{ metric }}_during,
        sum(if(is_during, 0, {{ metric }})) as {{ metric }}_before{{ ',' if not loop.last }}
    {% endfor %}
    from dated
    group by campaign_id, client_id

),

{# Who has rows of the campaign, but no valid one, is in neither arm. #}
of_compared as (

    select
        of_clients.*,
        coalesce(arms.arm = 'treatment', false) as is_treated
    from of_clients
    inner join windows on of_clients.campaign_id = windows.campaign_id
    inner join clients on of_clients.client_id = clients.client_id
    left join arms
        on
            of_clients.campaign_id = arms.campaign_id
            and of_clients.client_id = arms.client_id
    where
        {{ is_before('clients.member_since_date', 'windows.date_from') }}
        and (arms.client_id is null or arms.arm is not null)

),

of_arms as (

    select
        campaign_id,
        is_treated,
    {% for metric in metrics %}
        {%- set during = 'cast(' ~ metric ~ '_during as ' ~ whole_number() ~ ')' %}
        {%- set before = 'cast(' ~ metric ~ '_before as ' ~ whole_number() ~ ')' %}
        sum({{ during }}) as {{ metric }}_during,
        sum({{ before }}) as {{ metric }}_before,
        sum({{ during }} * {{ during }}) as {{ metric }}_during_squared,
        sum({{ before }} * {{ before }}) as {{ metric }}_before_squared,
        sum({{ during }} * {{ before }}) as {{ metric }}_product{{ ',' if not loop.last }}
    {% endfor %}
    from of_compared
    group by campaign_id, is_treated

),

totals as (

    {% for metric in metrics %}
    select
        campaign_id,
        is_treated,
        '{{ metric }}' as metric,
        {{ metric }}_during as during,
        {{ metric }}_before as before,
        {{ metric }}_during_squared as during_squared,
        {{ metric }}_before_squared as before_squared,
        {{ metric }}_product as product
    from of_arms
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)
{%- endmacro %}

{#
    What the arithmetic of campaigns needs beyond `ratio`: products that are longer than DuckDB's
    whole numbers. A number is a whole part and a fraction `part` ÷ `parts` of one.
#}

{# (whole + part ÷ parts) ÷ divisor, rounded once, half up; nothing is negative. #}
{% macro mixed_ratio(whole, part, parts, divisor, decimals) -%}
    {%- set units = 10 ** decimals -%}
    {%- set dividend -%}
        (
            {{ 2 * units }} * {{ whole }}
            + {{ item(product_over(part, 2 * units, parts), 1) }}
            + {{ divisor }}
        )
    {%- endset -%}
    cast(
        {{ in_units(quotient(dividend, '(2 * ' ~ divisor ~ ')'), decimals) }}
        as decimal(38, {{ decimals }})
    )
{%- endmacro %}

{#
    Half of a 95 % interval of the difference between the means of the arms whose spreads these are,
    by Welch's standard error. Needs `units` and the arms' clients.
#}
{% macro half_interval(z, treatment_spread, comparison_spread) -%}
    {%- set half -%}
        cast({{ z }} as double) * sqrt(
            {{ treatment_spread }}
            / cast(nullif(
                treatment_clients * treatment_clients * (treatment_clients - 1), 0
            ) as double)
            + {{ comparison_spread }}
            / cast(nullif(
                comparison_clients * comparison_clients * (comparison_clients - 1), 0
            ) as double)
        ) / units
    {%- endset -%}
    {{ exact_decimal(half, 12) }}
{%- endmacro %}

{# An effect and what lies between it and a bound of its interval; without any the effect itself. #}
{% macro bound(exact_effect, long_effect, distance) -%}
    if(
        {{ distance }} = 0,
        {{ exact_effect }},
        cast(
            round({{ long_effect }} + cast({{ distance }} as decimal(37, 12)), 4)
            as decimal(38, 4)
        )
    )
{%- endmacro %}
