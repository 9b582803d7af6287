with

{{ requested_range() }},

categories as (

    select
        items.category_id,
        items.category_name,
        count(*) as redemptions,
        sum(requests.points) as points
    from {{ mart(ref('fct_redemption_requests')) }} as requests
    inner join {{ mart(ref('dim_redemption_items')) }} as items
        on requests.item_id = items.item_id
    inner join requested on {{ is_in_range('requests') }}
    where requests.is_redemption
    group by items.category_id, items.category_name

),

payload as (

    select
        categories.category_id,
        categories.category_name as category,
        categories.redemptions,
        cast(categories.points as bigint) as points,
        {{ ratio('100 * categories.redemptions', 'sum(categories.redemptions) over ()') }}
            as percentage
    from categories

)

select * from payload
order by redemptions desc, category asc, category_id asc
