with

items as (

    select * from {{ ref('dim_redemption_items') }}

),

redemptions as (

    select
        item_id,
        count(*) as redemption_count
    from {{ ref('fct_redemption_requests') }}
    where is_redemption
    group by item_id

),

payload as (

    select
        items.website_id,
        cast(
            row_number() over (
                partition by items.website_id
                order by redemptions.redemption_count desc, items.item_id asc
            ) as bigint
        ) as item_rank,
        items.item_id as id,
        items.item_name as name,
        items.points_required,
        redemptions.redemption_count,
        items.category_name as category
    from redemptions
    inner join items on redemptions.item_id = items.item_id

)

select * from payload
order by website_id, item_rank
