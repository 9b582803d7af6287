with

redemptions as (

    select
        website_id,
        client_id,
        date,
        1 as redemptions
    from {{ ref('fct_redemption_requests') }}
    where is_redemption

),

{{ campaign_totals('redemptions', ['redemptions']) }}

select * from totals
