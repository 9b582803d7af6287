with

run as (

    select * from {{ ref('dim_run') }}

),

tiers as (

    select * from {{ ref('dim_tiers') }}

),

{# The month of the day after as_of is the first that isn't complete. #}
migrations as (

    select migrations.*
    from {{ ref('fct_tier_migrations') }} as migrations
    inner join run
        on migrations.month >= date_trunc('month', run.as_of + 1) - interval 12 month

),

payload as (

    select
        migrations.website_id,
        migrations.month,
        migrations.from_tier_id,
        from_tiers.tier_name as from_tier,
        from_tiers.threshold as from_threshold,
        migrations.to_tier_id,
        to_tiers.tier_name as to_tier,
        to_tiers.threshold as to_threshold,
        migrations.clients
    from migrations
    left join tiers as from_tiers on migrations.from_tier_id = from_tiers.tier_id
    left join tiers as to_tiers on migrations.to_tier_id = to_tiers.tier_id

)

select * from payload
order by
    website_id,
    month,
    from_threshold nulls first,
    from_tier_id nulls first,
    to_threshold nulls first,
    to_tier_id nulls first
