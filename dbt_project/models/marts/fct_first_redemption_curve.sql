with

run as (

    select * from {{ ref('int_run') }}

),

{# Who has always been a member has no day on which to begin, and who joins later none to end. #}
observed as (

    select
        clients.website_id,
        {{ days_to_first_redemption('clients') }} as day,
        clients.first_redemption_date is not null as has_redeemed
    from {{ ref('dim_clients') }} as clients
    inner join run on clients.member_since_date <= run.as_of

),

counted as (

    select
        website_id,
        day,
        count(*) as clients,
        count(*) filter (where has_redeemed) as events
    from observed
    group by website_id, day

),

at_risk as (

    select
        website_id,
        day,
        events,
        cast(
            sum(clients) over (
                partition by website_id
                order by day
                rows between current row and unbounded following
            ) as bigint
        ) as clients_at_risk
    from counted

),

event_days as (

    select * from at_risk
    where events > 0

),

survival as (

    {{ shares_left('event_days') }}

),

curve as (

    select
        event_days.website_id,
        event_days.day,
        event_days.clients_at_risk,
        event_days.events as first_redemptions,
        {{ share_gone('survival.share_left') }} as redeemed_share
    from event_days
    inner join survival
        on event_days.website_id = survival.website_id and event_days.day = survival.day

)

select * from curve
order by website_id, day
