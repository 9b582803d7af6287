{%- set previous = previous(source('last_run', 'int_run')) -%}

with

previous as (

    {% if previous %}
        select
            as_of,
            margin_share
        from {{ previous }}
    {% else %}
        select
            cast(null as date) as as_of,
            cast(null as decimal(7, 6)) as margin_share
        where false
    {% endif %}

)

select * from previous
