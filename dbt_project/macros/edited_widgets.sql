{#
    Widgets with edits laid over them: CTEs, the last of which is `edited`. An edit takes the
    place of the widget with its website and id. One without an instant of creation lies over a
    widget of the source, and shows nothing where that is gone. Laid over twice, edits change
    nothing more: a mart that holds them may be given them again.
#}
{% macro edited_widgets(widgets, edits) -%}
untouched as (

    select
        widgets.website_id,
        widgets.widget_id,
        widgets.widget_type,
        widgets.title,
        widgets.position,
        widgets.is_visible,
        widgets.config,
        widgets.created_at
    from {{ widgets }} as widgets
    left join {{ edits }} as edits
        on widgets.website_id = edits.website_id and widgets.widget_id = edits.widget_id
    where edits.widget_id is null

),

laid_over as (

    select
        edits.website_id,
        edits.widget_id,
        edits.widget_type,
        edits.title,
        edits.position,
        edits.is_visible,
        edits.config,
        coalesce(edits.created_at, widgets.created_at) as created_at
    from {{ edits }} as edits
    left join {{ widgets }} as widgets
        on edits.website_id = widgets.website_id and edits.widget_id = widgets.widget_id
    where
        not edits.is_deleted
        and (edits.created_at is not null or widgets.widget_id is not null)

),

edited as (

    select * from untouched
    union all
    select * from laid_over

)
{%- endmacro %}


{#
    Widgets and what their configs request: CTEs, the last of which is `configured`, the rows of the
    mart dashboard_widgets.
#}
{% macro configured_widgets(widgets, published=false) -%}
requests as (

    {# `requested_`: what a config requests, where that can be read. #}
    select
        cast(widgets.widget_id as bigint) as widget_id,
        widgets.website_id,
        websites.website_name,
        widgets.widget_type,
        widgets.title,
        cast(widgets.position as bigint) as position,
        widgets.is_visible,
        widgets.config,
        widgets.created_at,
        {{ config_integer('widgets.config', 'days', max_days()) }} as requested_days,
        {{ config_integer('widgets.config', 'limit', max_limit()) }} as requested_limit,
        {{ config_date('widgets.config', 'date_from') }} as requested_from,
        {{ config_date('widgets.config', 'date_to') }} as requested_to
    from {{ widgets }} as widgets
    inner join {{ mart(ref('dim_websites'), published) }} as websites
        on widgets.website_id = websites.website_id

),

{# Without its last date a range ends on as_of, without its first one it has the usual length. #}
completed as (

    select
        requests.website_id,
        requests.widget_id,
        run.as_of,
        coalesce(requests.requested_to, run.as_of) as range_to,
        coalesce(
            requests.requested_from,
            greatest(
                requests.requested_to + 1 - coalesce(requests.requested_days, {{ default_days() }}),
                date '{{ first_date() }}'
            )
        ) as range_from
    from requests
    cross join {{ mart(ref('dim_run'), published) }} as run
    where requests.requested_from is not null or requests.requested_to is not null

),

ranges as (

    select * from completed
    where
        range_from <= range_to
        and cast(range_to - range_from as integer) < {{ max_days() }}
        and range_to <= as_of

),

configured as (

    select
        requests.*,
        ranges.range_from,
        ranges.range_to
    from requests
    left join ranges
        on requests.website_id = ranges.website_id and requests.widget_id = ranges.widget_id

)
{%- endmacro %}


{# Widgets as their payload shows them, and what their configs ask for. #}
{% macro widget_payload(widgets) -%}
    select
        widgets.widget_id as id,
        widgets.website_id as website,
        widgets.website_name,
        widgets.widget_type,
        widgets.title,
        widgets.position,
        widgets.is_visible,
        widgets.config,
        {{ instant_text('widgets.created_at') }} as created_at,
        widgets.requested_days,
        widgets.requested_limit,
        widgets.range_from,
        widgets.range_to
    from {{ widgets }} as widgets
{%- endmacro %}


{#
    Table macros beside the marts that lay edits over the published widgets: what the next run will
    make of them. `edits` is the JSON text of a list of rows as in stg_pipeline__widget_edits.
    Here are their CTEs, the last of which is `configured`, from the mart dashboard_widgets.
#}
{% macro configured_with_edits(dashboard_widgets) -%}
    edit_rows as (

        select unnest(
            from_json(
                cast(edits as json),
                '[{
                    "website_id": "bigint",
                    "widget_id": "bigint",
                    "is_deleted": "boolean",
                    "widget_type": "varchar",
                    "title": "varchar",
                    "position": "bigint",
                    "is_visible": "boolean",
                    "config": "varchar",
                    "created_at": "timestamptz"
                }]'
            ),
            recursive := true
        )

    ),

    {{ edited_widgets(mart(dashboard_widgets, published=true), 'edit_rows') }},

    {{ configured_widgets('edited', published=true) }}
{%- endmacro %}


{% macro publish_edited_widgets() -%}
    {% call publish(
        'edited_widgets', ['edits'],
        'The rows of dashboard_widgets with further edits, the JSON text of a list, laid over them.'
    ) -%}
        with

        {{ configured_with_edits(this) }}

        select * from configured
    {%- endcall %}
{%- endmacro %}


{% macro publish_edited_widget_payload() -%}
    {% call publish(
        'edited_dashboard_widgets', ['edits'],
        'The rows of rpt_dashboard_widgets, hidden widgets too, with further edits, the JSON text'
        ~ ' of a list, laid over them.'
    ) -%}
        with

        {{ configured_with_edits(ref('dashboard_widgets')) }}

        {{ widget_payload('configured') }}
    {%- endcall %}
{%- endmacro %}


{% macro publish_edited_manifest_warnings() -%}
    {% call publish(
        'edited_manifest_warnings', ['edits'],
        'The rows of rpt_manifest_warnings with further widget edits, the JSON text of a list, laid'
        ~ ' over the widgets.'
    ) -%}
        with

        {{ configured_with_edits(ref('dashboard_widgets')) }},

        visible as (

            select * from configured
            where configured.is_visible

        ),

        {{ manifest_warnings('visible', published=true) }}

        select * from warnings
    {%- endcall %}
{%- endmacro %}
