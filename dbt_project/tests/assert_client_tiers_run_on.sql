-- A returned row is a client's change of tier that does not start from the tier with which the one
-- before ended, or from none, that is there twice, or that is the last one and does not end in the
-- client's tier on as_of. With no such row, clients move between tiers as the tiers' numbers do.
-- An incremental run wrote the changes of these clients, so theirs alone are followed.
{{ config(meta={'dagster': {'ref': {'name': 'dim_clients'}}}) }}

with

clients as (

    select * from {{ ref('dim_clients') }}

),

changes as (

    select * from {{ ref('int_client_tier_changes') }}
    where not exists (select 1 from {{ ref('int_previous_run') }})
    union all
    select changes.*
    from {{ ref('int_client_tier_changes') }} as changes
    inner join {{ ref('int_changed_client_tiers') }} as changed
        on changes.client_id = changed.client_id

),

followed as (

    select
        *,
        lag(date) over client_history as date_before,
        lag(to_tier_id) over client_history as tier_id_before,
        coalesce(lag(is_active) over client_history, false) as was_active_before,
        lead(date) over client_history is null as is_last
    from changes
    window
        client_history as (partition by client_id order by date)

),

broken as (

    select followed.*
    from followed
    left join clients on followed.client_id = clients.client_id
    where
        followed.date = followed.date_before
        or followed.from_tier_id is distinct from followed.tier_id_before
        or followed.was_active != followed.was_active_before
        or (
            followed.is_last
            and (
                followed.to_tier_id is distinct from clients.tier_id
                or followed.is_active is distinct from clients.is_active
            )
        )

)

select * from broken
