with

requests as (

    select * from {{ ref('fct_redemption_requests') }}
    where is_redemption

),

items as (

    select * from {{ ref('dim_redemption_items') }}

),

{# The Monday that follows it is that of the week of the day after as_of. #}
week as (

    select
        cast(date_trunc('week', as_of + 1) as date) - 7 as date_from,
        cast(date_trunc('week', as_of + 1) as date) - 1 as date_to
    from {{ ref('dim_run') }}

),

redeemed as (

    select
        requests.website_id,
        requests.item_id,
        count(*) as redemptions,
        cast(sum(requests.points) as bigint) as points
    from requests
    inner join week on requests.date between week.date_from and week.date_to
    group by requests.website_id, requests.item_id

),

payload as (

    select
        redeemed.website_id,
        cast(
            row_number() over (
                partition by redeemed.website_id
                order by redeemed.redemptions desc, redeemed.item_id asc
            ) as bigint
        ) as place,
        redeemed.item_id as id,
        items.item_name as name,
        redeemed.redemptions,
        redeemed.points
    from redeemed
    inner join items on redeemed.item_id = items.item_id
    qualify place <= 5

)

select * from payload
order by website_id, place
