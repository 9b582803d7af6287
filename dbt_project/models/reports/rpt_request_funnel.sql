{{ config(materialized='table_macro', meta={'parameters': ['date_from', 'date_to']}) }}
{%- set date_from, date_to = parameter('date_from', 'date'), parameter('date_to', 'date') %}
{%- set steps = {
    'approval': 'approved_at', 'fulfilment': 'fulfilled_at', 'rejection': 'rejected_at'
} %}

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

{# In microseconds. A step before the request is an error of the source's clocks. #}
requests as (

    select
        website_id,
        {% for step, instant in steps.items() -%}
            case
                when {{ instant }} >= requested_at
                    then epoch_us({{ instant }}) - epoch_us(requested_at)
            end as to_{{ step }},
        {% endfor -%}
        status
    from {{ mart(ref('fct_redemption_requests')) }}
    where date between {{ date_from }} and {{ date_to }}

),

{#
    Of an even number quantile_disc gives the lower of the two middle ones, so of the negated ones
    the upper. It keeps numbers and sorts no rows: millions fit into the server's memory.
#}
counted as (

    select
        website_id,
        {% for step in steps -%}
            cast(quantile_disc(to_{{ step }}, 0.5) as hugeint)
            - quantile_disc(-to_{{ step }}, 0.5) as twice_median_to_{{ step }},
        {% endfor -%}
        count(*) as requests,
        count(*) filter (where status = 'pending') as pending,
        count(*) filter (where status = 'approved') as approved,
        count(*) filter (where status = 'fulfilled') as fulfilled,
        count(*) filter (where status = 'rejected') as rejected,
        count(*) filter (where status = 'cancelled') as cancelled
    from requests
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
        {{ ratio('counted.twice_median_to_approval', '7200000000') }} as median_hours_to_approval,
        {{ ratio('counted.twice_median_to_fulfilment', '7200000000') }}
            as median_hours_to_fulfilment,
        {{ ratio('counted.twice_median_to_rejection', '7200000000') }} as median_hours_to_rejection
    from websites
    cross join run
    left join counted on websites.website_id = counted.website_id

)

select * from payload
order by website_id
