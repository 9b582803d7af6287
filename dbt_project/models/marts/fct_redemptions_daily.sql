with

redemptions as (

    select * from {{ ref('fct_redemption_requests') }}
    where is_redemption

),

daily as (

    select
        website_id,
        date,
        count(*) as redemptions,
        cast(sum(points) as bigint) as points,
        count(distinct client_id) as clients
    from redemptions
    group by website_id, date

)

select * from daily
order by website_id, date
