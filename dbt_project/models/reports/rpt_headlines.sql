{{ config(materialized='table_macro', meta={'parameters': ['date_from', 'date_to']}) }}

with

{{ comparison('each') }},

{{ headline_figures('each') }},

{{ headline_sentences() }}

select
    headlines.site_id as website_id,
    headlines.place,
    headlines.figure,
    headlines.sentence
from headlines
order by website_id, place
