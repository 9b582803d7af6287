{{ config(materialized='view', post_hook="{{ publish_explain() }}") }}

{#
    Names without a database are found in the view's own file, wherever that is attached; a view
    without CTEs is read by older versions of DuckDB too.
#}
select
    ledger.transaction_id,
    ledger.website_id,
    ledger.client_id,
    ledger.business_date as date,
    ledger.occurred_at,
    cast(ledger.transaction_type as string) as transaction_type,
    ledger.points,
    ledger.reason,
    ledger.redemption_request_id
from {{ ref('int_loyalty_transactions_validated').include(database=false) }} as ledger
where
    ledger.quarantine_reason is null
    and ledger.business_date <= (
        select run.as_of from {{ ref('dim_run').include(database=false) }} as run
    )
