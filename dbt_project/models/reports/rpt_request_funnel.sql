{{ config(materialized='table_macro', meta={'parameters': ['date_from', 'date_to']}) }}
{%- set date_from, date_to = parameter('date_from', 'date'), parameter('date_to', 'date') %}

with

websites as (

    select * from {{ mart(ref('dim_websites')) }}

),

run as (

    select
        as_of,
        cast({{ date_to }} - {{ date_from }} + 1 as integer) as days
    from {{ mart(ref('dim_run')) }}

),

waits as (

    select
        requests.website_id,
        {{ request_waits('requests') }}
    from {{ mart(ref('fct_redemption_requests')) }} as requests
    where requests.date between {{ date_from }} and {{ date_to }}

),

counted as (

    select
        waits.website_id,
        {{ request_counts('waits') }}
    from waits
    group by waits.website_id

),

payload as (

    select
        websites.website_id,
        run.as_of,
        run.days,
        {{ request_funnel_keys('counted') }}
    from websites
    cross join run
    left join counted on websites.website_id = counted.website_id

)

select * from payload
order by website_id
