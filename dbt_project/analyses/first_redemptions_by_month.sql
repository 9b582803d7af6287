-- depends_on: {{ ref('dim_dates') }}
-- depends_on: {{ ref('fct_redemption_requests') }}
with redemptions as (
    select
        client_id,
        date,
        row_number() over (partition by client_id order by requested_at, request_id) = 1
            as is_first
    from fct_redemption_requests
    where is_redemption
)

select
    dates.month_start_date as month,
    count(*) filter (where redemptions.is_first) as first_redemptions,
    count(*) as redemptions
from redemptions
inner join dim_dates as dates on redemptions.date = dates.date
group by dates.month_start_date
order by first_redemptions desc, dates.month_start_date asc
limit 3
