with

websites as (

    select * from {{ ref('dim_websites') }}

),

states as (

    {{ as_rows(lifecycle_states(), 'state') }}

),

clients as (

    select * from {{ ref('fct_client_segments') }}

),

now as (

    select
        website_id,
        lifecycle as state,
        count(*) as clients,
        sum(balance) as points_balance
    from clients
    group by website_id, lifecycle

),

before as (

    select
        website_id,
        lifecycle_before as state,
        count(*) as clients
    from clients
    where lifecycle_before is not null
    group by website_id, lifecycle_before

),

counted as (

    select
        websites.website_id,
        states.place,
        states.state,
        coalesce(now.clients, 0) as clients,
        sum(coalesce(now.clients, 0)) over (partition by websites.website_id) as all_clients,
        cast(coalesce(now.points_balance, 0) as bigint) as points_balance,
        coalesce(before.clients, 0) as clients_before
    from websites
    cross join states
    left join now on websites.website_id = now.website_id and states.state = now.state
    left join before on websites.website_id = before.website_id and states.state = before.state

),

payload as (

    select
        website_id,
        place,
        state,
        clients,
        {{ ratio('100 * clients', 'all_clients') }} as percentage,
        points_balance,
        clients_before
    from counted

)

select * from payload
order by website_id, place
