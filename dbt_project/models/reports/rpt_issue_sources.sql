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

payload as (

    select
        website_id,
        row_number() over (
            partition by website_id
            order by points desc, reason asc nulls first
        ) as source_rank,
        reason,
        points,
        transactions
    from sources

)

-- Where reasons are free text there may be as many as transactions: the first ones tell enough.
select * from payload
where source_rank <= 50
order by website_id, source_rank
