{#
    The keys of payloads that a window's report and the table macro of any range both have, made of
    the sums in `counted`. What a key counts is told beside the reports.
#}

{% macro overview_keys(counted) -%}
    {{ counted }}.as_of,
    {{ counted }}.days,
    cast({{ counted }}.active_clients as bigint) as total_active_clients,
    cast({{ counted }}.issued as bigint) as total_points_issued,
    cast({{ counted }}.redeemed as bigint) as total_points_redeemed,
    cast({{ counted }}.points_outstanding as bigint) as total_points_balance,
    cast({{ counted }}.redemptions as bigint) as total_redemptions,
    cast({{ counted }}.redemption_points as bigint) as total_redemption_value,
    {{ ratio(counted ~ '.redemption_points', counted ~ '.redemptions') }}
        as average_redemption_value,
    {{ ratio(counted ~ '.points_outstanding', counted ~ '.active_clients') }}
        as average_points_per_client,
    {{ ratio(counted ~ '.lifetime_issued', counted ~ '.clients_ever_issued') }}
        as client_lifetime_value
{%- endmacro %}

{% macro engagement_keys(counted) -%}
    {{ counted }}.total_clients,
    {{ counted }}.active_clients,
    {{ counted }}.clients_with_redemptions,
    {{ counted }}.clients_with_transactions,
    {{ ratio('100 * ' ~ counted ~ '.clients_with_transactions', counted ~ '.total_clients') }}
        as engagement_rate,
    {{ ratio('100 * ' ~ counted ~ '.clients_with_redemptions', counted ~ '.active_clients') }}
        as redemption_rate
{%- endmacro %}

{# The amount in hundredths, so that its division is one of whole numbers. #}
{% macro conversion_keys(counted) -%}
    {{ counted }}.as_of,
    {{ counted }}.days,
    cast({{ counted }}.conversions as bigint) as conversions,
    cast({{ counted }}.clients as bigint) as clients,
    cast({{ counted }}.points as bigint) as points_converted,
    cast({{ counted }}.amount as decimal(38, 2)) as amount_converted,
    {{ ratio('100 * ' ~ counted ~ '.points', counted ~ '.issued') }} as conversion_rate,
    {{ ratio('100 * ' ~ counted ~ '.amount', '100 * ' ~ counted ~ '.points', 4) }}
        as amount_per_point
{%- endmacro %}

{# The steps of a request, and the instants that tell them. #}
{% macro request_steps() -%}
    {{ return({
        'approval': 'approved_at', 'fulfilment': 'fulfilled_at', 'rejection': 'rejected_at'
    }) }}
{%- endmacro %}

{# In microseconds. A step before the request is an error of the source's clocks. #}
{% macro request_waits(requests) -%}
    {{ requests }}.status,
    {% for step, instant in request_steps().items() -%}
        case
            when {{ requests }}.{{ instant }} >= {{ requests }}.requested_at
                then {{ micros(requests ~ '.' ~ instant) }} - {{ micros(requests ~ '.requested_at') }}
        end as to_{{ step }}{{ ',' if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{#
    Of an even number quantile_disc gives the lower of the two middle ones, so of the negated ones
    the upper. It keeps numbers and sorts no rows: millions fit into the server's memory.
#}
{% macro request_counts(waits) -%}
    {% for step in request_steps() -%}
        cast(quantile_disc({{ waits }}.to_{{ step }}, 0.5) as {{ whole_number() }})
        - quantile_disc(-{{ waits }}.to_{{ step }}, 0.5) as twice_median_to_{{ step }},
    {% endfor -%}
    count(*) as requests,
    {% for status in ['pending', 'approved', 'fulfilled', 'rejected', 'cancelled'] -%}
        count(*) filter (where {{ waits }}.status = '{{ status }}') as {{ status }}
        {{- ',' if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{% macro request_funnel_keys(counted) -%}
    coalesce({{ counted }}.requests, 0) as requests,
    coalesce({{ counted }}.pending, 0) as pending,
    coalesce({{ counted }}.approved, 0) as approved,
    coalesce({{ counted }}.fulfilled, 0) as fulfilled,
    coalesce({{ counted }}.rejected, 0) as rejected,
    coalesce({{ counted }}.cancelled, 0) as cancelled,
    {{ ratio(
        '100 * ' ~ counted ~ '.rejected', counted ~ '.fulfilled + ' ~ counted ~ '.rejected'
    ) }} as rejection_rate,
    {% for step in request_steps() -%}
        {{ ratio(counted ~ '.twice_median_to_' ~ step, '7200000000') }}
            as median_hours_to_{{ step }}{{ ',' if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{#
    The 50 reasons with most points of the rows in `sources` (website_id, reason, points,
    transactions) of each website. Where reasons are free text there may be as many as transactions:
    the least 50 of such rows are found without sorting the others. CTEs, the last of which is
    `ranked`.
#}
{% macro first_issue_sources(sources) -%}
first_sources as (

    select
        sources.website_id,
        unnest(min(struct_pack(
            negated_points := -sources.points,
            is_given := sources.reason is not null,
            reason := sources.reason,
            transactions := sources.transactions
        ), 50)) as source
    from {{ sources }} as sources
    group by sources.website_id

),

ranked as (

    select
        first_sources.website_id,
        row_number() over (
            partition by first_sources.website_id order by first_sources.source
        ) as source_rank,
        first_sources.source.reason,
        -first_sources.source.negated_points as points,
        first_sources.source.transactions
    from first_sources

)
{%- endmacro %}
