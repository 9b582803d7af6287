{{ config(materialized='table_macro', meta={'parameters': ['date_from', 'date_to']}) }}
{%- set date_from, date_to = parameter('date_from', 'date'), parameter('date_to', 'date') %}

with

websites as (

    select * from {{ mart(ref('dim_websites')) }}

),

run as (

    select
        as_of,
        cast({{ date_to }} - {{ date_from }} + 1 as integer) as days
    from {{ mart(ref('dim_run')) }}

),

requests as (

    select * from {{ mart(ref('fct_redemption_requests')) }}
    where date between {{ date_from }} and {{ date_to }}

),

counted as (

    select
        website_id,
        count(*) as requests,
        count(*) filter (where status = 'pending') as pending,
        count(*) filter (where status = 'approved') as approved,
        count(*) filter (where status = 'fulfilled') as fulfilled,
        count(*) filter (where status = 'rejected') as rejected,
        count(*) filter (where status = 'cancelled') as cancelled
    from requests
    group by website_id

),

{# In microseconds. A step before the request is an error of the source's clocks. #}
durations as (

    select
        website_id,
        'approval' as step,
        epoch_us(approved_at) - epoch_us(requested_at) as duration
    from requests
    where approved_at >= requested_at
    union all
    select
        website_id,
        'fulfilment' as step,
        epoch_us(fulfilled_at) - epoch_us(requested_at) as duration
    from requests
    where fulfilled_at >= requested_at
    union all
    select
        website_id,
        'rejection' as step,
        epoch_us(rejected_at) - epoch_us(requested_at) as duration
    from requests
    where rejected_at >= requested_at

),

placed as (

    select
        website_id,
        step,
        duration,
        row_number() over (partition by website_id, step order by duration) as place,
        count(*) over (partition by website_id, step) as durations
    from durations

),

{# The middle one, or the two middle ones of an even number. #}
middle as (

    select * from placed
    where 2 * place between durations and durations + 2

),

medians as (

    select
        website_id,
        step,
        {{ ratio('sum(duration)', 'count(*) * 3600000000') }} as median_hours
    from middle
    group by website_id, step

),

medians_by_website as (

    select
        website_id,
        max(median_hours) filter (where step = 'approval') as median_hours_to_approval,
        max(median_hours) filter (where step = 'fulfilment') as median_hours_to_fulfilment,
        max(median_hours) filter (where step = 'rejection') as median_hours_to_rejection
    from medians
    group by website_id

),

payload as (

    select
        websites.website_id,
        run.as_of,
        run.days,
        coalesce(counted.requests, 0) as requests,
        coalesce(counted.pending, 0) as pending,
        coalesce(counted.approved, 0) as approved,
        coalesce(counted.fulfilled, 0) as fulfilled,
        coalesce(counted.rejected, 0) as rejected,
        coalesce(counted.cancelled, 0) as cancelled,
        {{ ratio('100 * counted.rejected', 'counted.fulfilled + counted.rejected') }}
            as rejection_rate,
        medians.median_hours_to_approval,
        medians.median_hours_to_fulfilment,
        medians.median_hours_to_rejection
    from websites
    cross join run
    left join counted on websites.website_id = counted.website_id
    left join medians_by_website as medians on websites.website_id = medians.website_id

)

select * from payload
order by website_id
