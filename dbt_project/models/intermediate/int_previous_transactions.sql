{%- set previous = previous(
    source('last_run_ledger', 'int_loyalty_transactions_validated')
) -%}

with

{% if previous %}
changed as (

    {{ changed_rows('loyalty_transactions', previous) }}

),

previous as (

    select
        transaction_id,
        copy_number,
        website_id,
        client_id,
        transaction_type,
        points,
        business_date,
        quarantine_reason
    from changed

)
{% else %}
    previous as (

        select
            transaction_id,
            cast(null as bigint) as copy_number,
            cast(null as bigint) as website_id,
            cast(null as bigint) as client_id,
            cast(null as string) as transaction_type,
            cast(null as integer) as points,
            cast(null as date) as business_date,
            cast(null as string) as quarantine_reason
        from {{ ref('int_changed_transactions') }}
        where false

    )
{% endif %}

select * from previous
