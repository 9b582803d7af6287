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
        cast({{ margin_units('margin_share') }} / 100 as bigint) as parts_of_a_cent,
        cast(parts_of_a_cent * margin_share as bigint) as assumed_parts
    from {{ ref('int_run') }}

),

{# Money as whole numbers, whose products take a tenth of what those of decimals take. #}
orders {{ as_inlined() }} (

    select
        orders.website_id,
        orders.client_id,
        orders.business_date as date,
        cast(100 * orders.amount as bigint) as revenue,
        coalesce(
            cast(100 * orders.margin as bigint) * run.parts_of_a_cent,
            cast(100 * orders.amount as bigint) * run.assumed_parts,
            0
        ) as margin
    from {{ ref('int_orders_validated') }} as orders
    cross join run
    where orders.quarantine_reason is null

),

{{ campaign_totals('orders', ['revenue', 'margin'], is_update) }}

select * from totals
