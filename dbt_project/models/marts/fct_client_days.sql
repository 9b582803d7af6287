{{ build_after('int_changed_dates') }}
{%- set is_update = not execute or is_incremental() -%}

{{ config(
    materialized='incremental',
    incremental_strategy='replace_changed',
    incremental_predicates=[
        "rowid in (select client_days.rowid from {{ this }} as client_days"
        ~ " inner join {{ ref('int_changed_client_days') }} as changed"
        ~ " on client_days.client_id = changed.client_id and client_days.date >= changed.from_date)"
    ],
    on_schema_change='fail',
) }}

with

transactions as (

    select transactions.*
    from {{ ref('int_loyalty_transactions_validated') }} as transactions
    {% if is_update %}
        inner join {{ ref('int_changed_client_days') }} as changed
            on
                transactions.client_id = changed.client_id
                and transactions.business_date >= changed.from_date
    {% endif %}
    where transactions.quarantine_reason is null

),

{# `if` takes less than `filter` here. #}
summed as (

    select
        website_id,
        client_id,
        business_date as date,
        sum(if(transaction_type = 'add', points, 0)) as issued,
        sum(
            if(transaction_type = 'add' and redemption_request_id is not null, points, 0)
        ) as refunded,
        -sum(if(transaction_type = 'redeem', points, 0)) as redeemed,
        sum(points) as net,
        count(*) as transactions
    from transactions
    group by website_id, client_id, business_date

),

client_days as (

    select
        summed.website_id,
        summed.client_id,
        summed.date,
        cast(summed.issued as bigint) as issued,
        cast(summed.refunded as bigint) as refunded,
        cast(summed.redeemed as bigint) as redeemed,
        cast(summed.issued - summed.redeemed - summed.net as bigint) as deducted,
        cast(summed.net as bigint) as net,
        summed.transactions
    from summed
    inner join {{ ref('int_run') }} as run on summed.date <= run.as_of

),

running as (

    select
        client_days.website_id,
        client_days.client_id,
        client_days.date,
        {% if is_update -%}
            coalesce(lag(client_days.date) over client_history, opening.last_date)
        {%- else -%}
            lag(client_days.date) over client_history
        {%- endif %} as previous_date,
        client_days.issued,
        client_days.refunded,
        client_days.redeemed,
        client_days.deducted,
        client_days.net,
        cast(
            sum(client_days.net) over client_history_so_far
            {{ '+ coalesce(opening.balance, 0)' if is_update }} as bigint
        ) as balance,
        cast(
            sum(client_days.issued) over client_history_so_far
            {{ '+ coalesce(opening.lifetime_issued, 0)' if is_update }} as bigint
        ) as lifetime_issued,
        client_days.transactions
    from client_days
    {% if is_update %}
        left join {{ ref('int_opening_balances') }} as opening
            on client_days.client_id = opening.client_id
    {% endif %}
    window
        client_history as (
            partition by client_days.client_id
            order by client_days.date
        ),
        client_history_so_far as (
            partition by client_days.client_id
            order by client_days.date
            rows unbounded preceding
        )

)

select * from running
order by date, client_id
