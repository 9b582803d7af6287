with

run as (

    select * from {{ ref('int_run') }}

),

inputs as (

    select * from {{ ref('stg_pipeline__run') }}

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
        inputs.accepts_quarantine
    from run
    cross join inputs

)

select * from described
