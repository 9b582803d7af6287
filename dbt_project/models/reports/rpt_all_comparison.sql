{{ config(materialized='table_macro', meta={'parameters': ['date_from', 'date_to']}) }}

with

{{ comparison('all') }}

select * from compared
order by place
