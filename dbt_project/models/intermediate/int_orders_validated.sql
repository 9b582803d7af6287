{{ build_after('int_previous_orders') }}
{%- set is_update = not execute or is_incremental() -%}

{{ config(
    materialized='incremental',
    database='marts',
    persist_docs={'relation': true, 'columns': true},
    incremental_strategy='replace_changed',
    incremental_predicates=[
        "order_id in (select order_id from {{ ref('int_changed_orders') }})",
        "order_id is null and exists ("
        ~ "from {{ ref('int_changed_orders') }} where order_id is null)",
    ],
    on_schema_change='fail',
) }}

with

orders {{ as_inlined() }} (

    {% if is_update %}
        {{ changed_rows('orders', ref('stg_loyalty__orders')) }}
    {% else %}
        select * from {{ ref('stg_loyalty__orders') }}
    {% endif %}

),

websites as (

    select * from {{ ref('int_websites_validated') }}
    where quarantine_reason is null

),

clients as (

    select * from {{ ref('int_clients_validated') }}
    where quarantine_reason is null

),

{# A whole history is rather read three times than held in memory once. #}
flagged {{ as_inlined(not is_update) }} (

    select
        *,
        case
            when order_id is null then 'id'
            when website_id is null then 'website_id'
            when client_id is null then 'client_id'
            when not ({{ is_countable_instant('ordered_at') }}) then 'ordered_at'
            when amount is null then 'amount'
        end as unreadable_column,
        unreadable_column is null as is_readable
    from orders

),

superseded as (

    {{ superseded_rows(
        'order_id', ['ordered_at', 'amount', 'website_id', 'client_id', 'margin']
    ) }}

),

utc_offsets as (

    {{ utc_offsets('ordered_at') }}

),

validated as (

    select /*+ broadcast(utc_offsets) */
        flagged.*,
        case
            when not flagged.is_readable then 'invalid_value'
            when superseded.copy_number is not null then 'duplicate_id'
            when websites.website_id is null then 'unknown_website'
            when clients.client_id is null then 'unknown_client'
            when clients.website_id != flagged.website_id then 'website_mismatch'
        end as quarantine_reason,
        case
            when flagged.is_readable
                then cast({{ local_time('flagged.ordered_at') }} as date)
        end as business_date
    from flagged
    left join superseded
        on
            flagged.order_id = superseded.order_id
            and flagged.copy_number = superseded.copy_number
    left join websites on flagged.website_id = websites.website_id
    left join utc_offsets
        on
            flagged.website_id = utc_offsets.website_id
            and {{ utc_date('flagged.ordered_at') }} = utc_offsets.utc_date
    left join clients on flagged.client_id = clients.client_id

),

{# Closed sets as numbers: their text would take longer to write than all other columns. #}
kept as (

    select
        order_id,
        copy_number,
        website_id,
        client_id,
        ordered_at,
        amount,
        margin,
        cast(
            quarantine_reason as {{ one_of([
                'invalid_value',
                'duplicate_id',
                'unknown_website',
                'unknown_client',
                'website_mismatch',
            ]) }}
        ) as quarantine_reason,
        cast(
            unreadable_column as {{ one_of([
                'id',
                'website_id',
                'client_id',
                'ordered_at',
                'amount',
            ]) }}
        ) as unreadable_column,
        business_date
    from validated

)

select * from kept
