{{ config(post_hook="{{ publish_edited_widgets() }}") }}

with

websites as (

    select * from {{ ref('dim_websites') }}

),

delivered as (

    select * from {{ ref('int_dashboard_widgets_validated') }}
    where quarantine_reason is null

),

{# Where the source has no widgets at all, each website gets one of each type. #}
defaults as (

    select
        widget_types.position as widget_id,
        websites.website_id,
        widget_types.widget_type,
        widget_types.title,
        widget_types.position,
        true as is_visible,
        '{}' as config,
        cast(null as {{ instant_type() }}) as created_at
    from {{ ref('stg_pipeline__deliveries') }} as deliveries
    cross join websites
    cross join {{ ref('widget_types') }} as widget_types
    where deliveries.entity = 'dashboard_widgets' and not deliveries.is_delivered

),

widgets as (

    select
        widget_id,
        website_id,
        widget_type,
        title,
        position,
        is_visible,
        config,
        created_at
    from delivered
    union all
    select * from defaults

),

edits as (

    select * from {{ ref('stg_pipeline__widget_edits') }}

),

{{ edited_widgets('widgets', 'edits') }},

{{ configured_widgets('edited') }}

select * from configured
order by website_id, position, widget_id
