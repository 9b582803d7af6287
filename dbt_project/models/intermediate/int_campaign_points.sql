{%- set is_update = not execute or is_incremental() -%}

{{ config(
    materialized='incremental',
    incremental_strategy='replace_changed',
    incremental_predicates=[
        "campaign_id in (select campaign_id from {{ ref('int_changed_campaigns') }})"
    ],
    on_schema_change='fail',
) }}

with

client_days {{ as_inlined() }} (

    select
        client_days.website_id,
        client_days.client_id,
        client_days.date,
        client_days.issued - client_days.refunded as points_issued,
        client_days.redeemed as points_redeemed,
        if({{ is_activity_date('client_days') }}, 1, 0) as active_days
    from {{ ref('fct_client_days') }} as client_days

),

{{ campaign_totals('client_days', ['points_issued', 'points_redeemed', 'active_days'], is_update) }}

select * from totals
