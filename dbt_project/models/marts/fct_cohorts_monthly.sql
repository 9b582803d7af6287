with

months as (

    select * from {{ ref('int_complete_months') }}

),

clients as (

    select
        client_id,
        website_id,
        {{ cohort('member_since_date') }} as cohort
    from {{ ref('dim_clients') }}
    where member_since_date is not null

),

{# Who joined before the first event's month is in no cohort. #}
cohorts as (

    select
        clients.website_id,
        clients.cohort,
        count(*) as clients
    from clients
    inner join months
        on clients.website_id = months.website_id and clients.cohort = months.month
    group by clients.website_id, clients.cohort

),

ledger as (

    select * from {{ ref('int_cohort_months') }}

),

redeeming as (

    select
        clients.website_id,
        clients.cohort,
        cast(date_trunc('month', requests.date) as date) as month,
        count(distinct requests.client_id) as clients
    from {{ ref('fct_redemption_requests') }} as requests
    inner join clients on requests.client_id = clients.client_id
    where requests.is_redemption
    group by all

),

counted as (

    select
        cohorts.website_id,
        cohorts.cohort,
        {{ months_apart('cohorts.cohort', 'months.month') }} as months_since,
        cohorts.clients,
        coalesce(ledger.active_clients, 0) as active_clients,
        coalesce(redeeming.clients, 0) as redeeming_clients,
        coalesce(ledger.points_issued, 0) as points_issued,
        coalesce(ledger.points_redeemed, 0) as points_redeemed
    from cohorts
    inner join months
        on cohorts.website_id = months.website_id and cohorts.cohort <= months.month
    left join ledger
        on
            cohorts.website_id = ledger.website_id
            and cohorts.cohort = ledger.cohort
            and months.month = ledger.month
    left join redeeming
        on
            cohorts.website_id = redeeming.website_id
            and cohorts.cohort = redeeming.cohort
            and months.month = redeeming.month

)

select * from counted
order by website_id, cohort, months_since
