{#
    What a person should know of data, source and widgets: CTEs, the last of which is `warnings`,
    in this order: that no event is recent, that events lie in the future, which rows are left out,
    each new column of the source, that fits of forecasts could not be made, and each value of a
    config that is not used, as it is out of range or another one takes its place.
#}
{% macro manifest_warnings(widgets, published=false) -%}
unused_ranges as (

    {# The date for which a range is not shown, and its fault; without one it waits for as_of. #}
    select
        widgets.website_id,
        widgets.widget_id,
        widgets.config,
        case
            when widgets.requested_from > widgets.requested_to then 'after date_to'
            when
                cast(coalesce(widgets.requested_to, run.as_of) - widgets.requested_from as integer)
                >= {{ max_days() }}
                then 'so that its range has more than {{ max_days() }} dates'
        end as fault,
        if(
            fault is not null or widgets.requested_to is null, 'date_from', 'date_to'
        ) as config_key,
        coalesce(widgets.requested_to, widgets.requested_from) as later_date,
        run.as_of
    from {{ widgets }} as widgets
    cross join {{ mart(ref('dim_run'), published) }} as run
    where
        (widgets.requested_from is not null or widgets.requested_to is not null)
        and widgets.range_to is null

),

{%- set begins_on_date = 'widgets.requested_from is not null and widgets.range_from is not null' %}
{%- set no_date = 'not a date from ' ~ first_date() ~ ' to ' ~ last_date() ~ ' as "YYYY-MM-DD"' %}
{%- set no_integer = 'not an integer from 1 to ' %}

unused as (

    {% for key, is_unused, reason in [
        (
            'days',
            'widgets.requested_days is null and not (' ~ begins_on_date ~ ')',
            no_integer ~ max_days() ~ '; ' ~ default_days() ~ ' is used',
        ),
        ('days', begins_on_date, 'and date_from is given; the range from there on is used'),
        (
            'limit',
            'widgets.requested_limit is null',
            no_integer ~ max_limit() ~ '; ' ~ default_limit() ~ ' is used',
        ),
        ('date_from', 'widgets.requested_from is null', no_date ~ '; it is left out'),
        ('date_to', 'widgets.requested_to is null', no_date ~ '; it is left out'),
    ] -%}
        select
            widgets.website_id,
            widgets.widget_id,
            widgets.config,
            '{{ key }}' as config_key,
            '{{ reason }}' as reason
        from {{ widgets }} as widgets
        where {{ json_has('widgets.config', key) }} and {{ is_unused }}
        union all
    {% endfor -%}
    select
        unused_ranges.website_id,
        unused_ranges.widget_id,
        unused_ranges.config,
        unused_ranges.config_key,
        coalesce(
            unused_ranges.fault || '; ',
            coalesce('after as_of, ' || unused_ranges.as_of, 'and there is no event yet')
            || '; it counts once as_of has come to ' || unused_ranges.later_date || ', until then '
        )
        || 'the window that ends on as_of is used' as reason
    from unused_ranges

),

fallbacks as (

    select
        unused.website_id,
        unused.widget_id,
        unused.config_key,
        'website ' || unused.website_id || ', widget ' || unused.widget_id
        || ': config ' || unused.config_key || ' is '
        || left({{ json_written('unused.config', 'unused.config_key') }}, 80)
        || ', ' || unused.reason as warning
    from unused

),

{# No event in the widest window that is exported: every figure of a window is 0. #}
outdated as (

    select
        coalesce('the newest event is of ' || run.latest_event_date, 'there is no event')
        || '; none falls in the ' || {{ greatest_item('run.window_days') }} || ' days that end on '
        || run.as_of || ': is the source still fed?' as warning
    from {{ mart(ref('dim_run'), published) }} as run
    where
        run.as_of is not null
        and coalesce(
            cast(run.as_of - run.latest_event_date as integer)
            >= {{ greatest_item('run.window_days') }},
            true
        )

),

later as (

    select
        run.later_events || if(run.later_events = 1, ' event lies after ', ' events lie after ')
        || coalesce('as_of, ' || run.as_of, 'the last date that is over')
        || ', the latest on ' || run.last_later_date
        || if(
            run.later_events = 1,
            ', and counts only when its date is over on all websites',
            ', and count only when their dates are over on all websites'
        ) as warning
    from {{ mart(ref('dim_run'), published) }} as run
    where run.later_events > 0

),

delivered as (

    select
        validated.entity,
        sum(validated.delivered_rows) as delivered_rows
    from {{ mart(ref('fct_delivered_rows'), published) }} as validated
    group by validated.entity

),

reasons as (

    select
        excluded.entity,
        excluded.reason,
        sum(excluded.excluded_rows) as excluded_rows,
        sum(excluded.points) as points
    from {{ mart(ref('fct_excluded_points'), published) }} as excluded
    group by excluded.entity, excluded.reason

),

left_out as (

    select
        reasons.entity,
        reasons.entity || ': ' || sum(reasons.excluded_rows) || ' of '
        || any_value(delivered.delivered_rows) || ' rows are quarantined and reach no figure ('
        || {{ joined("reasons.reason || ' ' || reasons.excluded_rows", 'reasons.reason') }}
        || ')'
        || coalesce(', with ' || sum(reasons.points) || ' points on them', '') as warning
    from reasons
    inner join delivered on reasons.entity = delivered.entity
    group by reasons.entity

),

added as (

    select {{ each('run.added_columns') }} as added_column
    from {{ mart(ref('dim_run'), published) }} as run

),

counted_failures as (

    select
        failures.failure,
        count(*) as series
    from {{ mart(ref('fct_forecast_failures'), published) }} as failures
    group by failures.failure

),

{# The failure that most series have, and how many others there are. #}
unfitted as (

    select
        counted.failure,
        counted.series,
        sum(counted.series) over () - counted.series as others
    from counted_failures as counted
    qualify row_number() over (order by counted.series desc, counted.failure) = 1

),

about_data as (

    select
        1 as place,
        'latest_event' as subject,
        outdated.warning
    from outdated
    union all
    select
        2 as place,
        'later_events' as subject,
        later.warning
    from later
    union all
    select
        3 as place,
        left_out.entity as subject,
        left_out.warning
    from left_out
    union all
    select
        4 as place,
        added.added_column as subject,
        'the source has the new column ' || added.added_column || ', which is not read' as warning
    from added
    union all
    select
        5 as place,
        'forecasts' as subject,
        'forecasts: ' || unfitted.failure || ' (' || unfitted.series || ' series)'
        || if(unfitted.others > 0, ', and ' || unfitted.others || ' other failures', '')
        || '; fct_forecast_failures lists them' as warning
    from unfitted

),

warnings as (

    select
        about_data.place,
        cast(null as bigint) as website_id,
        cast(null as bigint) as widget_id,
        about_data.subject,
        about_data.warning
    from about_data
    union all
    select
        6 as place,
        fallbacks.website_id,
        fallbacks.widget_id,
        fallbacks.config_key as subject,
        fallbacks.warning
    from fallbacks

)
{%- endmacro %}
