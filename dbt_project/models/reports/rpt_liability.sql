with

liability as (

    select * from {{ ref('fct_liability') }}

),

run as (

    select * from {{ ref('dim_run') }}

),

payload as (

    select
        liability.website_id,
        run.as_of,
        liability.points_held,
        liability.points_overdrawn,
        liability.points_expected,
        liability.breakage_rate,
        liability.ultimate_redemption_rate,
        liability.months_observed,
        liability.point_value,
        liability.liability_amount,
        liability.liability_if_all_redeemed,
        liability.status
    from liability
    cross join run

)

select * from payload
order by website_id
