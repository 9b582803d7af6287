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

run as (

    select
        margin_share,
        {{ margin_units('margin_share') }} as margin_units
    from {{ ref('int_run') }}

),

{# Money as whole numbers; a product of decimals takes ten times as long as one of numbers. #}
orders {{ as_inlined() }} (

    select
        orders.website_id,
        orders.client_id,
        orders.business_date as date,
        cast(100 * orders.amount as bigint) as revenue,
        coalesce(
            cast(100 * orders.margin as bigint) * cast(run.margin_units / 100 as bigint),
            cast(
                run.margin_units
                * cast(run.margin_share * orders.amount as decimal(38, 8)) as bigint
            ),
            0
        ) as margin
    from {{ ref('int_orders_validated') }} as orders
    cross join run
    where orders.quarantine_reason is null

),

{{ campaign_totals('orders', ['revenue', 'margin'], is_update) }}

select * from totals
