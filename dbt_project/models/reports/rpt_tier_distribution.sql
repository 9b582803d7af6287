with

tiers as (

    select * from {{ ref('dim_tiers') }}

),

levels as (

    select levels.*
    from {{ ref('fct_tier_distribution_daily') }} as levels
    inner join {{ ref('dim_run') }} as run on levels.date = run.as_of

),

counted as (

    select
        tiers.website_id,
        tiers.tier_id,
        tiers.tier_name,
        coalesce(levels.active_clients, 0) as count,
        tiers.threshold,
        sum(coalesce(levels.active_clients, 0)) over (
            partition by tiers.website_id
        ) as all_counts
    from tiers
    left join levels on tiers.tier_id = levels.tier_id

),

payload as (

    select
        website_id,
        tier_id,
        tier_name,
        count,
        threshold,
        {{ ratio('100 * count', 'all_counts') }} as percentage
    from counted

)

select * from payload
order by website_id, threshold, tier_id
