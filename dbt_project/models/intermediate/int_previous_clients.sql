{%- set previous = previous(source('last_run_marts', 'dim_clients')) -%}

with

previous as (

    {% if previous %}
        select
            client_id,
            website_id,
            member_since_date
        from {{ previous }}
    {% else %}
        select
            cast(null as bigint) as client_id,
            cast(null as bigint) as website_id,
            cast(null as date) as member_since_date
        where false
    {% endif %}

)

select * from previous
