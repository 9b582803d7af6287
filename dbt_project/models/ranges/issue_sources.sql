with

{{ requested_range() }},

sources as (

    select
        daily.website_id,
        daily.reason,
        cast(sum(daily.points) as bigint) as points,
        cast(sum(daily.transactions) as bigint) as transactions
    from {{ mart(ref('fct_issue_sources_daily')) }} as daily
    inner join requested on {{ is_in_range('daily') }}
    group by daily.website_id, daily.reason

),

{{ first_issue_sources('sources') }},

payload as (

    select
        ranked.source_rank,
        ranked.reason,
        ranked.points,
        ranked.transactions
    from ranked

)

select * from payload
order by source_rank
