-- A returned row is a complete month, a complete ISO week or a requested range that has no record,
-- or a record of anything else.
{{ config(meta={'dagster': {'ref': {'name': 'loyalty_analytics'}}}) }}

with

run as (

    select * from {{ ref('dim_run') }}

),

websites as (

    select * from {{ ref('dim_websites') }}

),

requested as (

    select * from {{ ref('stg_pipeline__requested_ranges') }}

),

stored as (

    select
        website as website_id,
        date_from,
        date_to
    from {{ ref('loyalty_analytics') }}

),

month_starts as (

    select
        websites.website_id,
        {{ each_date(
            "date_trunc('month', websites.first_snapshot_date)", 'run.as_of', '1 month'
        ) }} as date_from
    from websites
    cross join run

),

week_starts as (

    select
        websites.website_id,
        {{ each_date(
            "date_trunc('week', websites.first_snapshot_date)", 'run.as_of', '7 day'
        ) }} as date_from
    from websites
    cross join run

),

periods as (

    select
        website_id,
        date_from,
        last_day(date_from) as date_to
    from month_starts
    union all
    select
        website_id,
        date_from,
        date_from + 6 as date_to
    from week_starts
    union all
    select
        requested.website_id,
        requested.date_from,
        requested.date_to
    from requested
    inner join websites on requested.website_id = websites.website_id
    where requested.date_from <= requested.date_to

),

expected as (

    select periods.*
    from periods
    inner join run on periods.date_to <= run.as_of

),

missing as (

    select * from expected
    except
    select * from stored

),

unexpected as (

    select * from stored
    except
    select * from expected

),

broken as (

    select
        *,
        'missing' as fault
    from missing
    union all
    select
        *,
        'unexpected' as fault
    from unexpected

)

select * from broken
