-- A returned row is a website that the funnel of all time doesn't hold just once, or whose requests
-- by status there don't add up to its requests.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_request_funnel'}}}) }}
{%- set all_time = ["date '" ~ first_date() ~ "'", "date '" ~ last_date() ~ "'"] %}

with

funnel as (

    select * from {{ rows_of(ref('rpt_request_funnel'), all_time) }}

),

totals as (

    select * from {{ ref('fct_website_totals') }}

),

compared as (

    select
        totals.website_id,
        max(totals.requests) as requests,
        count(funnel.website_id) as funnel_rows,
        max(funnel.requests) as requests_in_funnel,
        max(
            funnel.pending + funnel.approved + funnel.fulfilled + funnel.rejected + funnel.cancelled
        ) as requests_by_status
    from totals
    left join funnel on totals.website_id = funnel.website_id
    group by totals.website_id

),

broken as (

    select * from compared
    where
        funnel_rows != 1
        or requests_in_funnel != requests
        or requests_by_status != requests

)

select * from broken
