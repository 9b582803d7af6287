with

transactions as not materialized (

    select * from {{ ref('int_loyalty_transactions_validated') }}
    where quarantine_reason is null

),

changed as (

    select * from {{ ref('int_changed_transactions') }}

),

{# The dates that a later as_of brings in, or an earlier one takes out. #}
dates_between_as_ofs as (

    select
        cast(unnest(generate_series(
            least(run.as_of, previous.as_of) + 1,
            greatest(run.as_of, previous.as_of),
            interval 1 day
        )) as date) as date
    from {{ ref('int_run') }} as run
    cross join {{ ref('int_previous_run') }} as previous

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

{# These rows may have been loaded long ago. #}
between_as_ofs as (

    select
        client_id,
        business_date
    from transactions
    where business_date in (select dates.date from dates_between_as_ofs as dates)

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
