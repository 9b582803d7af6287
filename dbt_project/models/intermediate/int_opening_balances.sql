{%- set previous_totals = previous(source('last_run', 'int_client_totals')) -%}
{%- set previous_days = previous(source('last_run_marts', 'fct_client_days')) -%}

with

{% if not execute or (previous_totals and previous_days) %}
changed as (

    select * from {{ ref('int_changed_client_days') }}

),

{# Most changes come after all that was known of a client. #}
after_totals as (

    select
        totals.client_id,
        totals.last_transaction_date as last_date,
        totals.balance,
        totals.lifetime_issued,
        true as is_all
    from {{ previous_totals }} as totals
    inner join changed on totals.client_id = changed.client_id
    where totals.last_transaction_date < changed.from_date

),

{#
    Otherwise the first of the days that are computed anew, as it was, says what came before it: its
    balance less its net. That a date is a changed one skips most days.
#}
before_days as (

    select
        days.client_id,
        days.previous_date as last_date,
        days.balance - days.net as balance,
        days.lifetime_issued - days.issued as lifetime_issued,
        false as is_all
    from {{ previous_days }} as days
    inner join changed on days.client_id = changed.client_id and days.date >= changed.from_date
    where days.date in (select dates.date from {{ ref('int_changed_dates') }} as dates)
    qualify row_number() over (partition by days.client_id order by days.date) = 1

),

balances as (

    select * from after_totals
    union all
    select * from before_days
    where last_date is not null

)
{% else %}
    balances as (

        select
            client_id,
            cast(null as date) as last_date,
            cast(null as bigint) as balance,
            cast(null as bigint) as lifetime_issued,
            cast(null as boolean) as is_all
        from {{ ref('int_changed_client_days') }}
        where false

    )
{% endif %}

select * from balances
