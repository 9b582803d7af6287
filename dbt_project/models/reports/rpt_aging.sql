with

aging as (

    select * from {{ ref('fct_points_aging') }}

),

payload as (

    select
        website_id,
        issued_month,
        issued,
        redeemed,
        deducted,
        outstanding,
        expected_redeemed
    from aging

)

select * from payload
order by website_id, issued_month
