{%- set previous = previous(source('last_run', 'int_run')) -%}

with

previous as (

    {% if previous %}
        select as_of from {{ previous }}
    {% else %}
        select cast(null as date) as as_of
        where false
    {% endif %}

)

select * from previous
