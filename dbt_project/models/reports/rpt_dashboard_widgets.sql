{{ config(post_hook=[
    "use {{ this.database }}",
    "{{ publish_edited_widget_payload() }}",
    "use {{ target.database }}",
]) }}

with

widgets as (

    select * from {{ ref('dashboard_widgets') }}
    where is_visible

),

payload as (

    {{ widget_payload('widgets') }}

)

select * from payload
order by website, position, id
