with

states as (

    {{ as_rows(lifecycle_states(), 'state') }}

),

moves as (

    select
        website_id,
        lifecycle_before as from_state,
        lifecycle as to_state,
        count(*) as clients
    from {{ ref('fct_client_segments') }}
    group by website_id, lifecycle_before, lifecycle

),

payload as (

    select
        moves.website_id,
        coalesce(from_states.place, 0) as from_place,
        moves.from_state,
        to_states.place as to_place,
        moves.to_state,
        moves.clients
    from moves
    left join states as from_states on moves.from_state = from_states.state
    inner join states as to_states on moves.to_state = to_states.state

)

select * from payload
order by website_id, from_place, to_place
