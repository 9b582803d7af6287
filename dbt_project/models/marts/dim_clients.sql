{{ build_after('int_previous_clients') }}

with

clients as (

    select * from {{ ref('int_clients_validated') }}
    where quarantine_reason is null

),

run as (

    select * from {{ ref('int_run') }}

),

tiers as (

    select * from {{ ref('dim_tiers') }}
    where is_reachable

),

ledger as (

    select * from {{ ref('int_client_totals') }}

),

redemptions as (

    select
        client_id,
        min(date) as first_redemption_date,
        max(date) as last_redemption_date
    from {{ ref('fct_redemption_requests') }}
    where is_redemption
    group by client_id

),

conversions as (

    select
        client_id,
        max(date) as last_conversion_date
    from {{ ref('fct_wallet_conversions') }}
    group by client_id

),

described as (

    select
        clients.client_id,
        clients.website_id,
        clients.joined_date,
        least(clients.joined_date, ledger.first_transaction_date) as member_since_date,
        ledger.first_transaction_date,
        ledger.last_transaction_date,
        ledger.first_issued_date,
        redemptions.first_redemption_date,
        redemptions.last_redemption_date,
        conversions.last_conversion_date,
        coalesce(ledger.balance, 0) as balance,
        coalesce(ledger.lifetime_issued, 0) as lifetime_issued
    from clients
    left join ledger on clients.client_id = ledger.client_id
    left join redemptions on clients.client_id = redemptions.client_id
    left join conversions on clients.client_id = conversions.client_id

),

tiered as (

    select
        described.*,
        -- Without an as_of there is no date to join after, so every client counts.
        coalesce(described.member_since_date <= run.as_of, true) as is_member,
        described.balance > 0 as is_active,
        tiers.tier_id
    from described
    cross join run
    left join tiers
        on
            described.balance > 0
            and described.website_id = tiers.website_id
            and {{ tier_points('described.balance', 'described.lifetime_issued') }}
            >= tiers.threshold
            and coalesce(
                {{ tier_points('described.balance', 'described.lifetime_issued') }}
                < tiers.next_threshold, true
            )

)

select * from tiered
order by client_id
