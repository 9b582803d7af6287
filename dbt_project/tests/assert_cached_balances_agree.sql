-- A returned row is a client whose cached points differ from the ledger. The application keeps
-- that cache by hand and no figure uses it, so a difference warns and fails nothing.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_balance_drift'}}}) }}

with

drift as (

    select * from {{ ref('fct_balance_drift') }}

)

select * from drift
