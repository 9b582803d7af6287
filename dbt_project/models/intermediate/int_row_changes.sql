with

known as (

    select
        publication,
        website_id,
        date,
        rows_added,
        rows_changed,
        rows_removed
    from {{ ref('stg_pipeline__row_changes') }}

),

old_rows as (

    select * from {{ ref('int_previous_transactions') }}
    where quarantine_reason is null

),

new_rows as (

    select transactions.*
    from {{ ref('int_loyalty_transactions_validated') }} as transactions
    inner join {{ ref('int_changed_transactions') }} as changed
        on transactions.transaction_id = changed.transaction_id
    where
        transactions.quarantine_reason is null
        and exists (select 1 from {{ ref('int_previous_run') }})

),

{# A row that moved to another date or website left the one and came to the other. #}
compared as (

    select
        coalesce(new_rows.website_id, old_rows.website_id) as website_id,
        coalesce(new_rows.business_date, old_rows.business_date) as date,
        old_rows.transaction_id is null as is_added,
        new_rows.transaction_id is null as is_removed,
        old_rows.client_id != new_rows.client_id
        or old_rows.transaction_type != new_rows.transaction_type
        or old_rows.points != new_rows.points as is_changed
    from old_rows
    full outer join new_rows
        on
            old_rows.transaction_id = new_rows.transaction_id
            and old_rows.website_id = new_rows.website_id
            and old_rows.business_date = new_rows.business_date

),

counted as (

    select
        website_id,
        date,
        count(*) filter (where is_added) as rows_added,
        count(*) filter (where is_changed and not is_added and not is_removed) as rows_changed,
        count(*) filter (where is_removed) as rows_removed
    from compared
    where is_added or is_removed or is_changed
    group by website_id, date

),

changes as (

    select * from known
    union all
    select
        publication.publication,
        counted.website_id,
        counted.date,
        counted.rows_added,
        counted.rows_changed,
        counted.rows_removed
    from counted
    cross join {{ ref('int_publication') }} as publication

)

select * from changes
