{%- set previous = previous(source('last_run', 'int_campaign_windows')) -%}

with

previous as (

    {% if previous %}
        select
            campaign_id,
            website_id,
            date_from,
            date_to,
            is_over
        from {{ previous }}
    {% else %}
        select
            cast(null as bigint) as campaign_id,
            cast(null as bigint) as website_id,
            cast(null as date) as date_from,
            cast(null as date) as date_to,
            cast(null as boolean) as is_over
        where false
    {% endif %}

)

select * from previous
