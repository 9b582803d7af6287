with

transactions {{ as_inlined() }} (

    select * from {{ ref('int_loyalty_transactions_validated') }}
    where quarantine_reason is null

),

changed as (

    select * from {{ ref('int_changed_transactions') }}

),

passed_dates as (

    select date from {{ ref('int_passed_dates') }}
    where days_ago = 0

),

old_dates as (

    select
        client_id,
        business_date
    from {{ ref('int_previous_transactions') }}
    where quarantine_reason is null

),

new_dates as (

    select
        transactions.client_id,
        transactions.business_date
    from transactions
    inner join changed on transactions.transaction_id = changed.transaction_id

),

{# What a later as_of brings in, or an earlier one takes out, may have been loaded long ago. #}
passed as (

    select
        client_id,
        business_date
    from transactions
    where business_date in (select dates.date from passed_dates as dates)

),

touched as (

    select * from old_dates
    union all
    select * from new_dates
    union all
    select * from passed

),

first_dates as (

    select
        client_id,
        min(business_date) as from_date
    from touched
    group by client_id

)

select * from first_dates
