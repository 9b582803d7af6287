{{ build_after('int_previous_transactions') }}
{%- set is_update = not execute or is_incremental() -%}

{{ config(
    materialized='incremental',
    database='marts',
    persist_docs={'relation': true, 'columns': true},
    incremental_strategy='replace_changed',
    incremental_predicates=[
        "transaction_id in (select transaction_id from {{ ref('int_changed_transactions') }})",
        "transaction_id is null and exists ("
        ~ "from {{ ref('int_changed_transactions') }} where transaction_id is null)",
    ],
    on_schema_change='fail',
) }}

with

delivered {{ as_inlined() }} (

    {% if is_update %}
        {{ changed_rows('loyalty_transactions', ref('stg_loyalty__loyalty_transactions')) }}
    {% else %}
        select * from {{ ref('stg_loyalty__loyalty_transactions') }}
    {% endif %}

),

transaction_types as (

    select * from {{ ref('stg_pipeline__transaction_types') }}

),

{#
    Types and signs as the mapping says; a number that leaves its 32 bits can't be read. Where it
    says nothing a ledger is passed on as it is, which costs nothing where that is not read.
#}
transactions {{ as_inlined() }} (

    {% if skips_branches() %}
        select * from delivered
        where not exists (select named.sign from transaction_types as named)
        union all
    {% endif %}
    select
        delivered.copy_number,
        delivered.transaction_id,
        delivered.website_id,
        delivered.client_id,
        delivered.redemption_request_id,
        case
            when transaction_types.transaction_type = 'by_sign'
                then if(delivered.points >= 0, 'add', 'deduct')
            else coalesce(transaction_types.transaction_type, delivered.transaction_type)
        end as transaction_type,
        delivered.reason,
        try_cast(
            delivered.points * cast(coalesce(transaction_types.sign, 1) as bigint) as integer
        ) as points,
        delivered.occurred_at
    from delivered
    left join transaction_types
        on delivered.transaction_type = transaction_types.delivered_type
    {% if skips_branches() %}
        where exists (select named.sign from transaction_types as named)
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

{# A whole ledger is rather read three times than held in memory once. #}
flagged {{ as_inlined(not is_update) }} (

    select
        *,
        case
            when transaction_id is null then 'id'
            when website_id is null then 'website_id'
            when client_id is null then 'client_id'
            when points is null then 'points'
            when transaction_type is null then 'transaction_type'
            when not ({{ is_countable_instant('occurred_at') }}) then 'timestamp'
        end as unreadable_column,
        unreadable_column is null as is_readable
    from transactions

),

superseded as (

    {{ superseded_rows(
        'transaction_id',
        [
            'occurred_at', 'points', 'website_id', 'client_id', 'transaction_type', 'reason',
            'redemption_request_id'
        ]
    ) }}

),

utc_offsets as (

    {{ utc_offsets('occurred_at') }}

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
            when flagged.transaction_type not in ('add', 'redeem', 'deduct') then 'unknown_type'
            when flagged.transaction_type = 'add' and flagged.points < 0 then 'sign_mismatch'
            when flagged.transaction_type != 'add' and flagged.points > 0 then 'sign_mismatch'
        end as quarantine_reason,
        case
            when flagged.is_readable
                then cast({{ local_time('flagged.occurred_at') }} as date)
        end as business_date
    from flagged
    left join superseded
        on
            flagged.transaction_id = superseded.transaction_id
            and flagged.copy_number = superseded.copy_number
    left join websites on flagged.website_id = websites.website_id
    left join utc_offsets
        on
            flagged.website_id = utc_offsets.website_id
            and {{ utc_date('flagged.occurred_at') }} = utc_offsets.utc_date
    left join clients on flagged.client_id = clients.client_id

),

{# Closed sets as numbers: their text would take longer to write than all other columns. #}
kept as (

    select
        transaction_id,
        copy_number,
        website_id,
        client_id,
        {{ as_one_of('transaction_type', ['add', 'redeem', 'deduct']) }} as transaction_type,
        points,
        occurred_at,
        reason,
        redemption_request_id,
        cast(
            quarantine_reason as {{ one_of([
                'invalid_value',
                'duplicate_id',
                'unknown_website',
                'unknown_client',
                'website_mismatch',
                'unknown_type',
                'sign_mismatch',
            ]) }}
        ) as quarantine_reason,
        cast(
            unreadable_column as {{ one_of([
                'id',
                'website_id',
                'client_id',
                'points',
                'transaction_type',
                'timestamp',
            ]) }}
        ) as unreadable_column,
        business_date
    from validated

)

select * from kept
