with

tiers as (

    select * from {{ ref('int_loyalty_tiers_validated') }}
    where quarantine_reason is null

),

{# Of tiers with the same threshold the one with the lowest id holds the band. #}
bands as (

    select
        website_id,
        threshold,
        min(tier_id) as tier_id,
        lead(threshold) over (partition by website_id order by threshold) as next_threshold
    from tiers
    group by website_id, threshold

),

described as (

    select
        tiers.tier_id,
        tiers.website_id,
        tiers.tier_name,
        tiers.threshold,
        bands.tier_id is not null as is_reachable,
        bands.next_threshold
    from tiers
    left join bands on tiers.tier_id = bands.tier_id

)

select * from described
