with

items as (

    select * from {{ ref('dim_redemption_items') }}

),

redemptions as (

    select
        items.website_id,
        items.category_id,
        items.category_name,
        dates.window_days,
        count(*) as redemptions,
        sum(requests.points) as points
    from {{ ref('fct_redemption_requests') }} as requests
    inner join items on requests.item_id = items.item_id
    inner join {{ ref('dim_dates') }} as dates on requests.date = dates.date
    where requests.is_redemption and dates.window_days <= {{ max_days() }}
    group by items.website_id, items.category_id, items.category_name, dates.window_days

),

{# The shares change only at windows that reach a date with a redemption. #}
steps as (

    select distinct
        website_id,
        window_days
    from redemptions

),

spans as (

    select
        website_id,
        window_days,
        lead(window_days, 1, {{ max_days() }} + 1) over (
            partition by website_id order by window_days
        ) - 1 as max_window_days
    from steps

),

categories as (

    select
        website_id,
        category_id,
        category_name,
        min(window_days) as first_window_days
    from redemptions
    group by website_id, category_id, category_name

),

running as (

    select
        spans.website_id,
        spans.window_days,
        spans.max_window_days,
        categories.category_id,
        categories.category_name,
        sum(coalesce(redemptions.redemptions, 0)) over wider_windows as redemptions,
        sum(coalesce(redemptions.points, 0)) over wider_windows as points
    from spans
    inner join categories
        on
            spans.website_id = categories.website_id
            and spans.window_days >= categories.first_window_days
    left join redemptions
        on
            categories.category_id = redemptions.category_id
            and spans.window_days = redemptions.window_days
    window
        wider_windows as (partition by categories.category_id order by spans.window_days)

),

totalled as (

    select
        *,
        sum(redemptions) over (partition by website_id, window_days) as all_redemptions
    from running

),

payload as (

    select
        website_id,
        window_days as min_window_days,
        max_window_days,
        category_id,
        category_name as category,
        cast(redemptions as bigint) as redemptions,
        cast(points as bigint) as points,
        {{ ratio('100 * redemptions', 'all_redemptions') }} as percentage
    from totalled

)

select * from payload
order by website_id asc, min_window_days asc, redemptions desc, category asc, category_id asc
