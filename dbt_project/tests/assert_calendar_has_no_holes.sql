-- A returned row is a date that the calendar lacks or has too many, or whose distance to as_of is
-- wrong.
{{ config(meta={'dagster': {'ref': {'name': 'dim_dates'}}}) }}

with

stored as (

    select
        date,
        window_days
    from {{ ref('dim_dates') }}

),

run as (

    select * from {{ ref('dim_run') }}
    where as_of is not null

),

websites as (

    select * from {{ ref('dim_websites') }}

),

lengths as (

    select
        greatest(
            {{ max_days() }},
            coalesce(max(cast(run.as_of - websites.first_event_date as integer)) + 1, 0)
        ) as days
    from run
    left join websites on run.as_of >= websites.first_event_date

),

window_lengths as (

    select cast(dates.date - date '2000-01-01' as integer) + 1 as window_days
    from (
        select {{ each_date("date '2000-01-01'", "date '2000-01-01' + (days - 1)") }} as date
        from lengths
    ) as dates

),

expected as (

    select
        run.as_of - (window_lengths.window_days - 1) as date,
        window_lengths.window_days
    from window_lengths
    cross join run

),

broken as (

    select
        coalesce(expected.date, stored.date) as date,
        expected.window_days as expected_window_days,
        stored.window_days
    from expected
    full join stored on expected.date = stored.date
    where expected.window_days is distinct from stored.window_days

)

select * from broken
