with

curve as (

    select * from {{ ref('fct_redemption_curve') }}

),

payload as (

    select
        website_id,
        age_months,
        points_at_risk,
        redeemed,
        deducted,
        cast(round(100 * redeemed_share, 2) as decimal(38, 2)) as redeemed_rate
    from curve

)

select * from payload
order by website_id, age_months
