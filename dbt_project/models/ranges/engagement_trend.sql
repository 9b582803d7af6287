with

{{ requested_range() }},

{{ requested_dates() }},

{# By the first date of the range that sees them as members. #}
starts as (

    select
        greatest(
            coalesce(
                if(starts.date <= {{ requested_to() }}, starts.date, null), {{ requested_from() }}
            ),
            {{ requested_from() }}
        ) as date,
        sum({{ members_of('starts', requested_to()) }}) as clients
    from {{ mart(ref('fct_client_starts_daily')) }} as starts
    where {{ is_of_website('starts') }}
    group by all

),

engagement as (

    select
        engagement.date,
        engagement.active_clients,
        engagement.clients_with_transactions,
        engagement.clients_with_redemptions
    from {{ mart(ref('fct_engagement_daily')) }} as engagement
    where {{ is_in_range('engagement') }}

),

counted as (

    select
        dates.date,
        cast(
            sum(coalesce(starts.clients, 0)) over (order by dates.date) as bigint
        ) as total_clients,
        coalesce(engagement.active_clients, 0) as active_clients,
        coalesce(engagement.clients_with_transactions, 0) as clients_with_transactions,
        coalesce(engagement.clients_with_redemptions, 0) as clients_with_redemptions
    from dates
    left join starts on dates.date = starts.date
    left join engagement on dates.date = engagement.date

),

payload as (

    select
        counted.*,
        {{ ratio('100 * counted.clients_with_transactions', 'counted.total_clients') }}
            as engagement_rate
    from counted

)

select * from payload
order by date
