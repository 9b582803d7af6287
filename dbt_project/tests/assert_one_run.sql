-- A returned row counts the rows of dim_run where that is not the one that every report joins.
{{ config(meta={'dagster': {'ref': {'name': 'dim_run'}}}) }}

with

run as (

    select count(*) as row_count from {{ ref('dim_run') }}

),

broken as (

    select * from run
    where row_count != 1

)

select * from broken
