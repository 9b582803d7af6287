with

websites as (

    select * from {{ ref('dim_websites') }}

),

segments as (

    {{ as_rows(segments(), 'segment') }}

),

clients as (

    select * from {{ ref('fct_client_segments') }}

),

now as (

    select
        website_id,
        segment,
        count(*) as clients,
        sum(balance) as points_balance,
        sum(lifetime_issued) as points_issued,
        sum(redemptions) as redemptions
    from clients
    where segment is not null
    group by website_id, segment

),

before as (

    select
        website_id,
        segment_before as segment,
        count(*) as clients
    from clients
    where segment_before is not null
    group by website_id, segment_before

),

counted as (

    select
        websites.website_id,
        segments.place,
        segments.segment,
        coalesce(now.clients, 0) as clients,
        sum(coalesce(now.clients, 0)) over (partition by websites.website_id) as all_clients,
        cast(coalesce(now.points_balance, 0) as bigint) as points_balance,
        cast(coalesce(now.points_issued, 0) as bigint) as points_issued,
        cast(coalesce(now.redemptions, 0) as bigint) as redemptions,
        coalesce(before.clients, 0) as clients_before
    from websites
    cross join segments
    left join now on websites.website_id = now.website_id and segments.segment = now.segment
    left join before
        on websites.website_id = before.website_id and segments.segment = before.segment

),

payload as (

    select
        website_id,
        place,
        segment,
        clients,
        {{ ratio('100 * clients', 'all_clients') }} as percentage,
        points_balance,
        points_issued,
        redemptions,
        clients_before
    from counted

)

select * from payload
order by website_id, place
