with

transactions as (

    select * from {{ ref('int_loyalty_transactions_judged') }}
    where quarantine_reason is null

),

changed as (

    select * from {{ ref('int_changed_transactions') }}

),

run as (

    select
        run.as_of,
        previous.as_of as previous_as_of
    from {{ ref('int_run') }} as run
    cross join {{ ref('stg_pipeline__previous_run') }} as previous

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
between_as_ofs as (

    select
        transactions.client_id,
        transactions.business_date
    from transactions
    cross join run
    where
        run.as_of is distinct from run.previous_as_of
        and transactions.business_date
        > least(coalesce(run.as_of, '-infinity'), coalesce(run.previous_as_of, '-infinity'))
        and transactions.business_date <= greatest(run.as_of, run.previous_as_of)

),

touched as (

    select * from old_dates
    union all
    select * from new_dates
    union all
    select * from between_as_ofs

),

first_dates as (

    select
        client_id,
        min(business_date) as from_date
    from touched
    group by client_id

)

select * from first_dates
