{{ config(post_hook="{{ publish_edited_widget_payload() }}") }}

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
