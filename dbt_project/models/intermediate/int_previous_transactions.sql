{%- set previous = previous('warehouse', 'intermediate', 'int_loyalty_transactions_judged') -%}

with

{% if previous %}
previous as (

    select
        transactions.source_row,
        transactions.transaction_id,
        transactions.website_id,
        transactions.client_id,
        transactions.transaction_type,
        transactions.points,
        transactions.business_date,
        transactions.quarantine_reason
    from {{ previous }} as transactions
    where {{ is_changed_transaction() }}

)
{% else %}
    previous as (

        select
            cast(null as bigint) as source_row,
            transaction_id,
            cast(null as bigint) as website_id,
            cast(null as bigint) as client_id,
            cast(null as varchar) as transaction_type,
            cast(null as integer) as points,
            cast(null as date) as business_date,
            cast(null as varchar) as quarantine_reason
        from {{ ref('int_changed_transactions') }}
        where false

    )
{% endif %}

select * from previous
