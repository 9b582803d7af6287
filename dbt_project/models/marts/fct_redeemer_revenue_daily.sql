with

orders as (

    select * from {{ ref('fct_orders') }}

),

redeemers as (

    select
        client_id,
        last_redemption_date
    from {{ ref('dim_clients') }}
    where last_redemption_date is not null

),

{# An order counts in every window that reaches back both to it and to its client's redemption. #}
reached as (

    select
        orders.website_id,
        least(orders.date, redeemers.last_redemption_date) as date,
        cast(sum(orders.amount) as decimal(38, 2)) as revenue
    from orders
    inner join redeemers on orders.client_id = redeemers.client_id
    group by orders.website_id, least(orders.date, redeemers.last_redemption_date)

)

select * from reached
