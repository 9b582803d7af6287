{{ config(materialized='table_macro', meta={'parameters': ['date_from', 'date_to']}) }}

with

{{ comparison('each') }}

select * from compared
order by website_id, place
