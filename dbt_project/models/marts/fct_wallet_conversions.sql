with

conversions as (

    select conversions.*
    from {{ ref('int_wallet_conversions_validated') }} as conversions
    inner join {{ ref('int_run') }} as run on conversions.business_date <= run.as_of
    where conversions.quarantine_reason is null

),

dated as (

    select
        conversion_id,
        website_id,
        client_id,
        converted_at,
        business_date as date,
        points,
        amount
    from conversions

)

select * from dated
order by conversion_id
