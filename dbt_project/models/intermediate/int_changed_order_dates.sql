with

orders {{ as_inlined() }} (

    select * from {{ ref('int_orders_validated') }}
    where quarantine_reason is null

),

old_dates as (

    select business_date as date
    from {{ ref('int_previous_orders') }}
    where quarantine_reason is null

),

new_dates as (

    select business_date as date
    from orders
    where
        order_id in (select changed.order_id from {{ ref('int_changed_orders') }} as changed)

),

{# What a later as_of brings in, or an earlier one takes out, may have been loaded long ago. #}
passed_dates as (

    select date from {{ ref('int_passed_dates') }}
    where days_ago = 0

),

dates as (

    select date from old_dates
    union
    select date from new_dates
    union
    select date from passed_dates

)

select * from dates
