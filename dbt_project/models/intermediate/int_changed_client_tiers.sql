with

changed_entities as (

    select * from {{ ref('stg_pipeline__changed_entities') }}

),

{# A tier that changed moves every client; else only the days that changed move one. #}
clients as (

    select
        client_id,
        from_date
    from {{ ref('int_changed_client_days') }}
    union all
    select
        client_id,
        first_transaction_date as from_date
    from {{ ref('int_client_totals') }}
    where
        exists (
            select 1 from changed_entities as changed
            where changed.has_changed and changed.entity in ('loyalty_tiers', 'websites')
        )
        -- A full build starts from no previous run, and follows no change.
        and exists (select 1 from {{ ref('int_previous_run') }})

),

first_dates as (

    select
        client_id,
        min(from_date) as from_date
    from clients
    group by client_id

)

select * from first_dates
