with

months as (

    select * from {{ ref('int_complete_months') }}

),

levels as (

    select * from {{ ref('fct_tier_distribution_daily') }}

),

{# Before the first month, all are in no tier. #}
arrived as (

    select
        months.website_id,
        months.month,
        cast(null as bigint) as from_tier_id,
        levels.tier_id as to_tier_id,
        levels.active_clients as clients
    from months
    inner join levels
        on months.website_id = levels.website_id and months.last_date = levels.date
    where months.is_first

),

moved as (

    select
        months.website_id,
        months.month,
        moves.from_tier_id,
        moves.to_tier_id,
        moves.clients
    from months
    inner join {{ ref('int_tier_moves') }} as moves
        on months.website_id = moves.website_id and months.month = moves.month
    where not months.is_first

),

left_tiers as (

    select
        from_tier_id,
        month,
        sum(clients) as clients
    from moved
    group by from_tier_id, month

),

{# Who was in a tier when the month began, and did not move away. #}
stayed as (

    select
        months.website_id,
        months.month,
        levels.tier_id as from_tier_id,
        levels.tier_id as to_tier_id,
        cast(levels.active_clients - coalesce(left_tiers.clients, 0) as bigint) as clients
    from months
    inner join levels
        on months.website_id = levels.website_id and months.month - 1 = levels.date
    left join left_tiers
        on levels.tier_id = left_tiers.from_tier_id and months.month = left_tiers.month
    where not months.is_first

),

migrations as (

    select * from arrived
    union all
    select * from moved
    union all
    select * from stayed

)

select * from migrations
where clients > 0
order by website_id, month, from_tier_id, to_tier_id
