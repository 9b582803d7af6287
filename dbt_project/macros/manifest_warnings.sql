{#
    What a person should know of data, source and widgets: CTEs, the last of which is `warnings`,
    in this order: that no event is recent, that events lie in the future, which rows are left out,
    each new column of the source, that fits of forecasts could not be made, and each value of a
    config that is out of range, so that the default is used.
#}
{% macro manifest_warnings(widgets, published=false) -%}
fallbacks as (

    {% set settings = [
        ('days', 'requested_days', max_days(), default_days()),
        ('limit', 'requested_limit', max_limit(), default_limit()),
    ] -%}
    {% for key, requested, highest, default in settings -%}
        select
            widgets.website_id,
            widgets.widget_id,
            '{{ key }}' as config_key,
            'website ' || widgets.website_id || ', widget ' || widgets.widget_id
            || ': config {{ key }} is '
            || left(cast(widgets.config -> '$.{{ key }}' as varchar), 80)
            || ', not an integer from 1 to {{ highest }}; {{ default }} is used' as warning
        from {{ widgets }} as widgets
        where json_exists(widgets.config, '$.{{ key }}') and widgets.{{ requested }} is null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

{# No event in the widest window that is exported: every figure of a window is 0. #}
outdated as (

    select
        coalesce('the newest event is of ' || run.latest_event_date, 'there is no event')
        || '; none falls in the ' || list_max(run.window_days) || ' days that end on '
        || run.as_of || ': is the source still fed?' as warning
    from {{ mart(ref('dim_run'), published) }} as run
    where
        run.as_of is not null
        and coalesce(run.as_of - run.latest_event_date >= list_max(run.window_days), true)

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
        || string_agg(
            reasons.reason || ' ' || reasons.excluded_rows, ', ' order by reasons.reason
        )
        || ')'
        || coalesce(', with ' || sum(reasons.points) || ' points on them', '') as warning
    from reasons
    inner join delivered on reasons.entity = delivered.entity
    group by reasons.entity

),

added as (

    select unnest(run.added_columns) as added_column
    from {{ mart(ref('dim_run'), published) }} as run

),

{# The failure that most series have, and how many others there are. #}
unfitted as (

    select
        failures.failure,
        count(*) as series,
        sum(count(*)) over () - count(*) as others
    from {{ mart(ref('fct_forecast_failures'), published) }} as failures
    group by failures.failure
    qualify row_number() over (order by count(*) desc, failures.failure) = 1

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
