with

{{ requested_range(sums_up=true) }},

{{ members_by_range_end() }},

{{ active_by_range_end() }},

redeeming as (

    select count(distinct requests.client_id) as clients
    from {{ mart(ref('fct_redemption_requests')) }} as requests
    where requests.is_redemption and {{ is_in_range('requests') }}

),

transacting as (

    select count(distinct client_days.client_id) as clients
    from {{ mart(ref('fct_client_days')) }} as client_days
    where {{ is_in_range('client_days') }}

),

counted as (

    select
        members.clients as total_clients,
        active.clients as active_clients,
        redeeming.clients as clients_with_redemptions,
        transacting.clients as clients_with_transactions
    from requested
    cross join members
    cross join active
    cross join redeeming
    cross join transacting

),

payload as (

    select {{ engagement_keys('counted') }}
    from counted

)

select * from payload
