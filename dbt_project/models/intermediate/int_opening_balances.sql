{%- set previous_totals = previous(source('last_run', 'int_client_totals')) -%}
{%- set previous_days = previous(source('last_run_marts', 'fct_client_days')) -%}

with

{% if previous_totals and previous_days %}
changed as (

    select
        totals.client_id,
        changed.from_date,
        totals.balance,
        totals.lifetime_issued,
        totals.last_transaction_date
    from {{ ref('int_changed_client_days') }} as changed
    inner join {{ previous_totals }} as totals on changed.client_id = totals.client_id
    where totals.first_transaction_date < changed.from_date

),

{# Most changes come after all that was known of a client: then its days need not be read. #}
balances as (

    select
        client_id,
        last_transaction_date as last_date,
        balance,
        lifetime_issued
    from changed
    where last_transaction_date < from_date
    union all
    select
        changed.client_id,
        max(days.date) as last_date,
        cast(sum(days.net) as bigint) as balance,
        cast(sum(days.issued) as bigint) as lifetime_issued
    from {{ previous_days }} as days
    inner join changed on days.client_id = changed.client_id and days.date < changed.from_date
    where changed.last_transaction_date >= changed.from_date
    group by changed.client_id

)
{% else %}
    balances as (

        select
            client_id,
            cast(null as date) as last_date,
            cast(null as bigint) as balance,
            cast(null as bigint) as lifetime_issued
        from {{ ref('int_changed_client_days') }}
        where false

    )
{% endif %}

select * from balances
