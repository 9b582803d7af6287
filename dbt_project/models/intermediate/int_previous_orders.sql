{%- set previous = previous(source('last_run_ledger', 'int_orders_validated')) -%}

with

{% if previous %}
changed as (

    {{ changed_rows('orders', previous) }}

),

previous as (

    select
        order_id,
        copy_number,
        website_id,
        client_id,
        business_date,
        quarantine_reason
    from changed

)
{% else %}
    previous as (

        select
            order_id,
            cast(null as bigint) as copy_number,
            cast(null as bigint) as website_id,
            cast(null as bigint) as client_id,
            cast(null as date) as business_date,
            cast(null as string) as quarantine_reason
        from {{ ref('int_changed_orders') }}
        where false

    )
{% endif %}

select * from previous
