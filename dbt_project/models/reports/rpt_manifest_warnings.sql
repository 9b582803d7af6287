{{ config(post_hook=[
    "use {{ this.database }}",
    "{{ publish_edited_manifest_warnings() }}",
    "use {{ target.database }}",
]) }}

with

widgets as (

    select * from {{ ref('dashboard_widgets') }}
    where is_visible

),

{{ manifest_warnings('widgets') }}

select * from warnings
order by place, website_id, widget_id, subject
