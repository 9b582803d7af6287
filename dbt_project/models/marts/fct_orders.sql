{{ config(materialized='view') }}

{# As fct_loyalty_transactions: read from its own file, and by older versions of DuckDB too. #}
select
    orders.order_id,
    orders.website_id,
    orders.client_id,
    orders.business_date as date,
    orders.ordered_at,
    orders.amount,
    orders.margin
from {{ ref('int_orders_validated').include(database=false) }} as orders
where
    orders.quarantine_reason is null
    and orders.business_date <= (
        select run.as_of from {{ ref('dim_run').include(database=false) }} as run
    )
