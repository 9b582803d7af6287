{{ config(materialized='table_macro', meta={'parameters': ['date_from', 'date_to']}) }}

with

redemptions as (

    select * from {{ mart(ref('fct_redemption_requests')) }}
    where
        is_redemption
        and date between {{ parameter('date_from', 'date') }} and {{ parameter('date_to', 'date') }}

),

items as (

    select * from {{ mart(ref('dim_redemption_items')) }}

),

redeemed as (

    select
        website_id,
        item_id,
        count(*) as redemptions,
        cast(sum(points) as bigint) as points
    from redemptions
    group by website_id, item_id

),

payload as (

    select
        redeemed.website_id,
        row_number() over (
            partition by redeemed.website_id
            order by redeemed.redemptions desc, redeemed.item_id asc
        ) as place,
        redeemed.item_id as id,
        items.item_name as name,
        redeemed.redemptions,
        redeemed.points
    from redeemed
    inner join items on redeemed.item_id = items.item_id

)

select * from payload
order by website_id, place
