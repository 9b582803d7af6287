{%- set previous = previous(source('last_run', 'int_campaign_arms')) -%}

with

previous as (

    {% if previous %}
        select
            campaign_id,
            client_id,
            arm
        from {{ previous }}
    {% else %}
        select
            cast(null as bigint) as campaign_id,
            cast(null as bigint) as client_id,
            cast(null as string) as arm
        where false
    {% endif %}

)

select * from previous
