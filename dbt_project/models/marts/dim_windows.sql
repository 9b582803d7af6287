with

windows as (

    select cast(numbers.number as integer) as window_days
    from range(1, {{ max_days() }} + 1) as numbers (number)

),

run as (

    select * from {{ ref('int_run') }}

),

dated as (

    select
        windows.window_days,
        run.as_of - (windows.window_days - 1) as date_from,
        run.as_of as date_to
    from windows
    cross join run

)

select * from dated
