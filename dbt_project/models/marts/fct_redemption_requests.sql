with

requests as (

    select requests.*
    from {{ ref('int_redemption_requests_validated') }} as requests
    inner join {{ ref('int_run') }} as run on requests.business_date <= run.as_of
    where requests.quarantine_reason is null

),

dated as (

    select
        request_id,
        website_id,
        client_id,
        item_id,
        status,
        status = 'fulfilled' as is_redemption,
        requested_at,
        approved_at,
        fulfilled_at,
        rejected_at,
        business_date as date,
        {{ weekday('business_date') }} as weekday,
        cast(hour(local_requested_at) as integer) as hour,
        points_used as points
    from requests

)

select * from dated
order by request_id
