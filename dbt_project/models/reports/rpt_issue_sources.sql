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

{#
    Of each website the 50 with most points. Where reasons are free text there may be as many as
    transactions: the least 50 of such rows are found without sorting the others.
#}
first_sources as (

    select
        website_id,
        unnest(min(struct_pack(
            negated_points := -points,
            is_given := reason is not null,
            reason := reason,
            transactions := transactions
        ), 50)) as source
    from sources
    group by website_id

),

payload as (

    select
        first_sources.website_id,
        row_number() over (
            partition by first_sources.website_id order by first_sources.source
        ) as source_rank,
        first_sources.source.reason,
        -first_sources.source.negated_points as points,
        first_sources.source.transactions
    from first_sources

)

select * from payload
order by website_id, source_rank
