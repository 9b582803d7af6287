with

totals as (

    select
        cast(coalesce(sum(total_clients), 0) as bigint) as total_clients,
        cast(coalesce(sum(active_clients), 0) as bigint) as active_clients
    from {{ ref('fct_website_totals') }}

),

windows as (

    select * from {{ ref('dim_windows') }}

),

{# A client is of one website, so that clients of several add up. #}
redeeming as (

    select
        window_days,
        sum(clients) as clients
    from ({{ clients_by_window('last_redemption_date') }}) as of_websites
    group by window_days

),

transacting as (

    select
        window_days,
        sum(clients) as clients
    from ({{ clients_by_window('last_transaction_date') }}) as of_websites
    group by window_days

),

counted as (

    select
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
    left join redeeming on windows.window_days = redeeming.window_days
    left join transacting on windows.window_days = transacting.window_days
    window
        wider_windows as (order by windows.window_days)

),

payload as (

    select
        counted.window_days,
        {{ engagement_keys('counted') }}
    from counted

)

select * from payload
order by window_days
