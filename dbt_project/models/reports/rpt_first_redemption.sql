with

websites as (

    select * from {{ ref('dim_websites') }}

),

run as (

    select * from {{ ref('dim_run') }}

),

observed as (

    select
        clients.website_id,
        count(*) as clients,
        max({{ days_to_first_redemption('clients') }}) as longest
    from {{ ref('dim_clients') }} as clients
    inner join run on clients.member_since_date <= run.as_of
    group by clients.website_id

),

curve as (

    select
        website_id,
        cast(sum(first_redemptions) as bigint) as redeemed,
        min(day) filter (where redeemed_share >= 0.5) as median_days,
        max(redeemed_share) filter (where day <= 30) as share_30,
        max(redeemed_share) filter (where day <= 90) as share_90,
        max(redeemed_share) filter (where day <= 365) as share_365
    from {{ ref('fct_first_redemption_curve') }}
    group by website_id

),

payload as (

    select
        websites.website_id,
        coalesce(observed.clients, 0) as clients,
        coalesce(curve.redeemed, 0) as redeemed,
        curve.median_days,
        {{ redeemed_after(30) }} as after_30_days,
        {{ redeemed_after(90) }} as after_90_days,
        {{ redeemed_after(365) }} as after_365_days
    from websites
    left join observed on websites.website_id = observed.website_id
    left join curve on websites.website_id = curve.website_id

)

select * from payload
order by website_id
