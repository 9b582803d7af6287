-- A returned row is a website's date whose clients are not as many as came on it, or of whom not as
-- many came for the first time as the clients that say so. A row that is there twice counts twice.
-- An incremental run wrote the changed dates: these are looked at.
{{ config(meta={'dagster': {'ref': {'name': 'fct_client_returns_daily'}}}) }}

with

returns as (

    select * from {{ ref('fct_client_returns_daily') }}
    where
        not exists (select 1 from {{ ref('int_previous_run') }})
        or date in (select changed.date from {{ ref('int_changed_dates') }} as changed)

),

counted as (

    select
        website_id,
        date,
        sum(clients) as clients,
        sum(if(previous_date is null, clients, 0)) as new_clients
    from returns
    group by website_id, date

),

points as (

    select * from {{ ref('fct_points_daily') }}
    where
        clients > 0
        and (
            not exists (select 1 from {{ ref('int_previous_run') }})
            or date in (select changed.date from {{ ref('int_changed_dates') }} as changed)
        )

),

firsts as (

    select
        website_id,
        first_transaction_date as date,
        count(*) as clients
    from {{ ref('dim_clients') }}
    group by website_id, first_transaction_date

),

compared as (

    select
        coalesce(counted.website_id, points.website_id) as website_id,
        coalesce(counted.date, points.date) as date,
        counted.clients,
        points.clients as clients_of_date,
        counted.new_clients,
        coalesce(firsts.clients, 0) as first_clients
    from counted
    full outer join points
        on counted.website_id = points.website_id and counted.date = points.date
    left join firsts
        on counted.website_id = firsts.website_id and counted.date = firsts.date

),

broken as (

    select * from compared
    where clients is distinct from clients_of_date or new_clients != first_clients

)

select * from broken
