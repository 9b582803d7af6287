-- A returned row is a website whose segments do not hold its scored clients, whose states of the
-- lifecycle do not hold its members, now or 30 days before, or whose moves between states do not
-- start and end with them.
{{ config(meta={'dagster': {'ref': {'name': 'fct_client_segments'}}}) }}

with

totals as (

    select * from {{ ref('fct_website_totals') }}

),

clients as (

    select
        website_id,
        count(*) as members,
        count(recency_score) as scored
    from {{ ref('fct_client_segments') }}
    group by website_id

),

segments as (

    select
        website_id,
        sum(clients) as clients
    from {{ ref('rpt_segments') }}
    group by website_id

),

states as (

    select
        website_id,
        state,
        clients,
        clients_before
    from {{ ref('rpt_lifecycle') }}

),

moves_from as (

    select
        website_id,
        from_state as state,
        sum(clients) as clients
    from {{ ref('rpt_lifecycle_moves') }}
    where from_state is not null
    group by website_id, from_state

),

moves_to as (

    select
        website_id,
        to_state as state,
        sum(clients) as clients
    from {{ ref('rpt_lifecycle_moves') }}
    group by website_id, to_state

),

broken_members as (

    select totals.website_id
    from totals
    left join clients on totals.website_id = clients.website_id
    left join segments on totals.website_id = segments.website_id
    where
        totals.total_clients != coalesce(clients.members, 0)
        or coalesce(clients.scored, 0) != segments.clients

),

broken_moves as (

    select states.website_id
    from states
    left join moves_from
        on states.website_id = moves_from.website_id and states.state = moves_from.state
    left join moves_to
        on states.website_id = moves_to.website_id and states.state = moves_to.state
    where
        states.clients_before != coalesce(moves_from.clients, 0)
        or states.clients != coalesce(moves_to.clients, 0)

),

broken as (

    select * from broken_members
    union all
    select * from broken_moves

)

select * from broken
