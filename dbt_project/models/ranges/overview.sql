with

{{ requested_range(sums_up=true) }},

{{ active_by_range_end() }},

{# Up to the range's last date; what lies in the range is a part. #}
points as (

    select
        sum(if(points.date >= {{ requested_from() }}, points.issued, 0)) as issued,
        sum(if(points.date >= {{ requested_from() }}, points.redeemed, 0)) as redeemed,
        sum(points.net) as outstanding,
        sum(points.issued) as lifetime_issued
    from {{ mart(ref('fct_points_daily')) }} as points
    where {{ is_of_website('points') }} and points.date <= {{ requested_to() }}

),

issued_clients as (

    select sum(starts.first_issued_clients) as clients
    from {{ mart(ref('fct_client_starts_daily')) }} as starts
    where {{ is_of_website('starts') }} and starts.date <= {{ requested_to() }}

),

redemptions as (

    select
        sum(redemptions.redemptions) as redemptions,
        sum(redemptions.points) as points
    from {{ mart(ref('fct_redemptions_daily')) }} as redemptions
    where {{ is_in_range('redemptions') }}

),

counted as (

    select
        requested.as_of,
        requested.days,
        active.clients as active_clients,
        coalesce(points.issued, 0) as issued,
        coalesce(points.redeemed, 0) as redeemed,
        coalesce(points.outstanding, 0) as points_outstanding,
        coalesce(redemptions.redemptions, 0) as redemptions,
        coalesce(redemptions.points, 0) as redemption_points,
        coalesce(points.lifetime_issued, 0) as lifetime_issued,
        coalesce(issued_clients.clients, 0) as clients_ever_issued
    from requested
    cross join active
    cross join points
    cross join issued_clients
    cross join redemptions

),

payload as (

    select {{ overview_keys('counted') }}
    from counted

)

select * from payload
