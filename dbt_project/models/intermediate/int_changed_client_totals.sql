with

changed as (

    select * from {{ ref('int_changed_client_days') }}

),

run as (

    select * from {{ ref('int_run') }}

),

previous as (

    select * from {{ ref('int_previous_run') }}

),

{# Days that come after all that was counted are added; else a client is counted from its first. #}
of_changed_days as (

    select
        changed.client_id,
        changed.from_date,
        not coalesce(opening.is_all, false) as is_recounted
    from changed
    left join {{ ref('int_opening_balances') }} as opening
        on changed.client_id = opening.client_id

),

{# Days that as_of passed add to what is known of a client, or must be taken out of it. #}
of_passed_dates as (

    select
        client_days.client_id,
        cast(null as date) as from_date,
        coalesce(run.as_of < previous.as_of, true) as is_recounted
    from {{ ref('fct_client_days') }} as client_days
    cross join run
    cross join previous
    where client_days.date in (select passed.date from {{ ref('int_passed_dates') }} as passed)

),

touched as (

    select * from of_changed_days
    union all
    select * from of_passed_dates

),

clients as (

    select
        client_id,
        min(from_date) as from_date,
        bool_or(is_recounted) as is_recounted
    from touched
    group by client_id

)

select * from clients
