-- A returned row is a client of whose lots not as much is taken as the client took, as far as
-- issued points cover it, or who isn't there any more. Since each row takes something, none is
-- there twice. A run computes the takings of clients whose days changed: these are looked at.
{{ config(meta={'dagster': {'ref': {'name': 'fct_lot_takings'}}}) }}

with

all_clients as (

    select distinct client_id from {{ ref('int_changed_client_days') }}
    union
    select client_id from {{ ref('dim_clients') }}
    where not exists (select 1 from {{ ref('int_previous_run') }})

),

clients as (

    select
        all_clients.client_id,
        coalesce(
            least(clients.lifetime_issued, clients.lifetime_issued - clients.balance), 0
        ) as covered
    from all_clients
    left join {{ ref('dim_clients') }} as clients on all_clients.client_id = clients.client_id

),

takings as (

    select
        client_id,
        sum(redeemed + deducted) as taken,
        min(redeemed + deducted) as least_taken
    from {{ ref('fct_lot_takings') }}
    where client_id in (select clients.client_id from clients)
    group by client_id

),

broken as (

    select
        clients.client_id,
        clients.covered,
        takings.taken,
        takings.least_taken
    from clients
    left join takings on clients.client_id = takings.client_id
    where
        coalesce(takings.taken, 0) != clients.covered
        or takings.least_taken <= 0

)

select * from broken
