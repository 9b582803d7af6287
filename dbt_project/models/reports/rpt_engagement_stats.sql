with

totals as (

    select * from {{ ref('fct_website_totals') }}

),

windows as (

    select * from {{ ref('dim_windows') }}

),

{# A client is in every window that reaches back to its last date. #}
redeeming as ({{ clients_by_window('last_redemption_date') }}
),

transacting as ({{ clients_by_window('last_transaction_date') }}
),

counted as (

    select
        totals.website_id,
        windows.window_days,
        totals.total_clients,
        totals.active_clients,
        cast(
            sum(coalesce(redeeming.clients, 0)) over wider_windows as bigint
        ) as clients_with_redemptions,
        cast(
            sum(coalesce(transacting.clients, 0)) over wider_windows as bigint
        ) as clients_with_transactions
    from totals
    cross join windows
    left join redeeming
        on
            totals.website_id = redeeming.website_id
            and windows.window_days = redeeming.window_days
    left join transacting
        on
            totals.website_id = transacting.website_id
            and windows.window_days = transacting.window_days
    window
        wider_windows as (partition by totals.website_id order by windows.window_days)

),

payload as (

    select
        counted.website_id,
        counted.window_days,
        {{ engagement_keys('counted') }}
    from counted

)

select * from payload
order by website_id, window_days
