with

calendar as (

    select
        websites.website_id,
        dates.date
    from {{ ref('dim_websites') }} as websites
    cross join {{ ref('dim_dates') }} as dates

),

first_date as (

    select min(date) as first_date from {{ ref('dim_dates') }}

),

{# Who joined before the calendar began, or has always been a member, counts from its first day. #}
new_members as (

    select
        starts.website_id,
        greatest(coalesce(starts.date, first_date.first_date), first_date.first_date) as date,
        sum(starts.new_clients) as clients
    from {{ ref('fct_client_starts_daily') }} as starts
    cross join first_date
    group by all

),

activity_changes as (

    select
        website_id,
        date,
        sum(change) as change
    from {{ ref('int_tier_changes') }}
    group by website_id, date

),

transacting as (

    select
        website_id,
        date,
        clients
    from {{ ref('fct_points_daily') }}

),

redeeming as (

    select
        website_id,
        date,
        clients
    from {{ ref('fct_redemptions_daily') }}

),

counted as (

    select
        calendar.website_id,
        calendar.date,
        cast(
            sum(coalesce(new_members.clients, 0)) over website_history as bigint
        ) as total_clients,
        cast(
            sum(coalesce(activity_changes.change, 0)) over website_history as bigint
        ) as active_clients,
        coalesce(transacting.clients, 0) as clients_with_transactions,
        coalesce(redeeming.clients, 0) as clients_with_redemptions
    from calendar
    left join new_members
        on calendar.website_id = new_members.website_id and calendar.date = new_members.date
    left join activity_changes
        on
            calendar.website_id = activity_changes.website_id
            and calendar.date = activity_changes.date
    left join transacting
        on calendar.website_id = transacting.website_id and calendar.date = transacting.date
    left join redeeming
        on calendar.website_id = redeeming.website_id and calendar.date = redeeming.date
    window
        website_history as (partition by calendar.website_id order by calendar.date)

),

rated as (

    select
        *,
        {{ ratio('100 * clients_with_transactions', 'total_clients') }} as engagement_rate
    from counted

)

select * from rated
order by website_id, date
