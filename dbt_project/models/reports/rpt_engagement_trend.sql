with

engagement as (

    select * from {{ ref('fct_engagement_daily') }}

),

dates as (

    select * from {{ ref('dim_dates') }}
    where window_days <= {{ max_days() }}

),

payload as (

    select
        engagement.website_id,
        dates.window_days,
        dates.date,
        engagement.total_clients,
        engagement.active_clients,
        engagement.clients_with_transactions,
        engagement.clients_with_redemptions,
        engagement.engagement_rate
    from engagement
    inner join dates on engagement.date = dates.date

)

select * from payload
order by website_id, date
