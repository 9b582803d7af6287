{{ config(post_hook="{{ publish_edited_manifest_warnings() }}") }}

with

widgets as (

    select * from {{ ref('dashboard_widgets') }}
    where is_visible

),

{{ manifest_warnings('widgets') }}

select * from warnings
order by place, website_id, widget_id, subject
