with

websites as (

    select * from {{ ref('fct_points_monthly') }}

),

monthly as (

    select
        month,
        cast(sum(opening) as bigint) as opening,
        cast(sum(issued) as bigint) as issued,
        cast(sum(refunded) as bigint) as refunded,
        cast(sum(redeemed) as bigint) as redeemed,
        cast(sum(deducted) as bigint) as deducted,
        cast(sum(closing) as bigint) as closing,
        bool_and(is_complete) as is_complete
    from websites
    group by month

),

latest as (

    select *
    from monthly
    qualify row_number() over (order by month desc) <= 24

)

select * from latest
order by month
