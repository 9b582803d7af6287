{{ config(materialized='table_macro', meta={'parameters': ['date_from', 'date_to']}) }}

with

{{ comparison('all') }},

{{ headline_figures('all') }},

{{ headline_sentences() }}

select
    headlines.place,
    headlines.figure,
    headlines.sentence
from headlines
order by headlines.place
