with

{{ requested_range() }},

waits as (

    select {{ request_waits('requests') }}
    from {{ mart(ref('fct_redemption_requests')) }} as requests
    where {{ is_in_range('requests') }}

),

counted as (

    select {{ request_counts('waits') }}
    from waits

),

payload as (

    select
        requested.as_of,
        requested.days,
        {{ request_funnel_keys('counted') }}
    from requested
    cross join counted

)

select * from payload
