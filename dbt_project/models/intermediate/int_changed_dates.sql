{%- set previous = previous(source('last_run_marts', 'fct_client_days')) -%}

with

changed as (

    select * from {{ ref('int_changed_client_days') }}

),

{# Where the changed clients have transactions now, and had client-days before. #}
dates as (

    select transactions.business_date as date
    from {{ ref('int_loyalty_transactions_validated') }} as transactions
    inner join changed
        on
            transactions.client_id = changed.client_id
            and transactions.business_date >= changed.from_date
    where transactions.quarantine_reason is null
    {% if previous %}
        union
        select client_days.date
        from {{ previous }} as client_days
        inner join changed
            on
                client_days.client_id = changed.client_id
                and client_days.date >= changed.from_date
    {% endif %}

),

distinct_dates as (

    select distinct date from dates

)

select * from distinct_dates
