with

run as (

    select * from {{ ref('int_run') }}

),

first_event as (

    select min(first_event_date) as first_event_date from {{ ref('dim_first_events') }}

),

{# The calendar reaches back to the first event, and at least as far as the longest window. #}
bounds as (

    select
        run.as_of,
        least(
            coalesce(first_event.first_event_date, run.as_of), run.as_of - {{ max_days() }} + 1
        ) as first_date
    from run
    cross join first_event
    where run.as_of is not null

),

dates as (

    select
        as_of,
        {{ each_date('first_date', 'as_of') }} as date
    from bounds

),

described as (

    select
        date,
        cast(as_of - date as integer) + 1 as window_days,
        cast(year(date) as integer) as year,
        cast(month(date) as integer) as month,
        {{ weekday('date') }} as weekday,
        cast(date_trunc('month', date) as date) as month_start_date,
        cast(date_trunc('week', date) as date) as week_start_date
    from dates

)

select * from described
