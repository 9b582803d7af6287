with

{{ requested_range() }},

conversions as (

    select
        count(*) as conversions,
        count(distinct conversions.client_id) as clients,
        coalesce(sum(conversions.points), 0) as points,
        coalesce(sum(conversions.amount), 0) as amount
    from {{ mart(ref('fct_wallet_conversions')) }} as conversions
    where {{ is_in_range('conversions') }}

),

points as (

    select coalesce(sum(points.issued), 0) as issued
    from {{ mart(ref('fct_points_daily')) }} as points
    where {{ is_in_range('points') }}

),

counted as (

    select
        requested.as_of,
        requested.days,
        conversions.*,
        points.issued
    from requested
    cross join conversions
    cross join points

),

payload as (

    select {{ conversion_keys('counted') }}
    from counted

)

select * from payload
