{%- set previous = previous(source('last_run_marts', 'dim_clients')) -%}

with

previous as (

    {% if previous %}
        select
            client_id,
            website_id,
            {{ cohort('member_since_date') }} as cohort
        from {{ previous }}
    {% else %}
        select
            cast(null as bigint) as client_id,
            cast(null as bigint) as website_id,
            cast(null as date) as cohort
        where false
    {% endif %}

)

select * from previous
