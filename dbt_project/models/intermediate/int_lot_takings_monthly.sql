with

takings as (

    select * from {{ ref('fct_lot_takings') }}

),

monthly as (

    select
        website_id,
        issued_month,
        taken_month,
        cast(sum(redeemed) as bigint) as redeemed,
        cast(sum(deducted) as bigint) as deducted
    from takings
    group by website_id, issued_month, taken_month

)

select * from monthly
