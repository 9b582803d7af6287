with

items as (

    select * from {{ ref('fct_item_performance') }}

),

payload as (

    select
        website_id,
        item_id as id,
        item_name as name,
        category_name as category,
        points_required,
        is_active,
        clients_who_can_afford,
        affordable_rate,
        redemptions_30,
        redemptions_90,
        redemptions_365,
        clients_365,
        last_redeemed,
        expected_30,
        expected_30_low,
        expected_30_high
    from items

)

select * from payload
order by website_id asc, redemptions_365 desc, id asc
