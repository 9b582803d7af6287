{{ config(materialized='table_macro', meta={'parameters': ['date_from', 'date_to']}) }}

with

{{ comparison('all') }},

{{ headline_steps('all') }}

select
    headlines.place,
    headlines.figure,
    headlines.sentence
from headlines
order by headlines.place
