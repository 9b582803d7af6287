{{ config(materialized='table_macro', meta={'parameters': ['date_from', 'date_to']}) }}

with

daily as (

    select * from {{ mart(ref('fct_issue_sources_daily')) }}
    where date between {{ parameter('date_from', 'date') }} and {{ parameter('date_to', 'date') }}

),

sources as (

    select
        website_id,
        reason,
        cast(sum(points) as bigint) as points,
        cast(sum(transactions) as bigint) as transactions
    from daily
    group by website_id, reason

),

{{ first_issue_sources('sources') }}

select * from ranked
order by website_id, source_rank
