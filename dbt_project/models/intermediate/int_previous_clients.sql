{%- set previous = previous(source('last_run', 'int_clients_validated')) -%}

with

previous as (

    {% if previous %}
        select
            client_id,
            website_id
        from {{ previous }}
        where quarantine_reason is null
    {% else %}
        select
            cast(null as bigint) as client_id,
            cast(null as bigint) as website_id
        where false
    {% endif %}

)

select * from previous
