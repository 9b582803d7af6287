with

run as (

    select * from {{ ref('int_run') }}

),

inputs as (

    select * from {{ ref('stg_pipeline__run') }}

),

orders as (

    select is_delivered from {{ ref('stg_pipeline__deliveries') }}
    where entity = 'orders'

),

described as (

    select
        run.as_of,
        run.tier_basis,
        run.window_days,
        run.top_limits,
        run.added_columns,
        run.latest_event_date,
        run.later_events,
        run.last_later_date,
        inputs.accepts_quarantine,
        run.margin_share,
        orders.is_delivered as has_orders
    from run
    cross join inputs
    cross join orders

)

select * from described
