{%- set previous = previous(source('last_run', 'int_websites_validated')) -%}

with

previous as (

    {% if previous %}
        select
            website_id,
            timezone
        from {{ previous }}
        where quarantine_reason is null
    {% else %}
        select
            cast(null as bigint) as website_id,
            cast(null as string) as timezone
        where false
    {% endif %}

)

select * from previous
