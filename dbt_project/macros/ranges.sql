{#
    What the table macros of any range are made of. `name(website_id, date_from, date_to)` says of
    as many dates that end on date_to what `reports.rpt_name` says of them in a run whose as_of is
    date_to. The parameters stand for every column of their name that is not qualified, so all
    columns are.
#}

{% macro requested_website() -%} {{ parameter('website_id', 'bigint') }} {%- endmacro %}
{% macro requested_from() -%} {{ parameter('date_from', 'date') }} {%- endmacro %}
{% macro requested_to() -%} {{ parameter('date_to', 'date') }} {%- endmacro %}

{#
    The CTE `requested`: the range's last date as as_of, and its length. No row where there is no
    such range or website; without an as_of any range is as empty as any other. `sums_up`: null
    stands for all websites together.
#}
{% macro requested_range(sums_up=false) -%}
requested as (

    select
        if(run.as_of is null, null, {{ requested_to() }}) as as_of,
        cast({{ requested_to() }} - {{ requested_from() }} + 1 as integer) as days
    from {{ mart(ref('dim_run')) }} as run
    where
        {{ requested_from() }} <= {{ requested_to() }}
        and coalesce({{ requested_to() }} <= run.as_of, true)
        and (
            {% if sums_up -%} {{ requested_website() }} is null or {% endif -%}
            exists (
                select 1 from {{ mart(ref('dim_websites')) }} as websites
                where websites.website_id = {{ requested_website() }}
            )
        )

)
{%- endmacro %}

{# The CTE `dates`: those of the range, on which events can lie. #}
{% macro requested_dates() -%}
dates as (

    select
        {{ each_date(requested_from(), requested_to()) }} as date
    from requested
    where requested.as_of is not null

)
{%- endmacro %}

{# Whether rows are of the website, or any where all are meant. #}
{% macro is_of_website(rows) -%}
    ({{ requested_website() }} is null or {{ rows }}.website_id = {{ requested_website() }})
{%- endmacro %}

{# Whether rows are of the website and of the range. #}
{% macro is_in_range(rows) -%}
    {{ is_of_website(rows) }}
    and {{ rows }}.date between {{ requested_from() }} and {{ requested_to() }}
{%- endmacro %}

{# Whether the clients of a row of fct_client_returns_daily come for the first time since a date. #}
{% macro is_first_since(returns, date) -%}
    coalesce({{ returns }}.previous_date < {{ date }}, true)
{%- endmacro %}

{#
    How many clients of a row of fct_client_starts_daily count by a date at or before the range's
    last one, if they do at all. Who has always been a member does, and so does a client of whom
    only a transaction after the range tells: without it, it had always been one.
#}
{% macro members_of(starts, as_of) -%}
    if(
        coalesce({{ starts }}.date <= {{ as_of }}, true),
        {{ starts }}.new_clients, {{ starts }}.new_clients_by_transaction
    )
{%- endmacro %}

{# The CTE `members`: clients who are members by the end of the range. #}
{% macro members_by_range_end() -%}
members as (

    select
        cast(coalesce(sum({{ members_of('starts', 'requested.as_of') }}), 0) as bigint) as clients
    from {{ mart(ref('fct_client_starts_daily')) }} as starts
    cross join requested
    where {{ is_of_website('starts') }}

)
{%- endmacro %}

{# The CTE `active`: clients with a balance above 0 at the end of the range. #}
{% macro active_by_range_end() -%}
active as (

    select cast(coalesce(sum(engagement.active_clients), 0) as bigint) as clients
    from {{ mart(ref('fct_engagement_daily')) }} as engagement
    where {{ is_of_website('engagement') }} and engagement.date = {{ requested_to() }}

)
{%- endmacro %}
