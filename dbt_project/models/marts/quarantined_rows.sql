{%- set entities = {
    'websites': 'website_id',
    'clients': 'client_id',
    'loyalty_tiers': 'tier_id',
    'loyalty_transactions': 'transaction_id',
    'redemption_categories': 'category_id',
    'redemption_items': 'item_id',
    'redemption_requests': 'request_id',
    'wallet_conversions': 'conversion_id',
    'dashboard_widgets': 'widget_id',
} -%}

with

{# Only the rows asked for are turned into text; a ledger is not. #}
{% for entity in entities -%}
    {{ entity }}_delivered as (

        select cast(columns(*) as varchar) from {{ source('loyalty', entity) }}
        where
            _row in (
                select judged.source_row from {{ ref('int_' ~ entity ~ '_judged') }} as judged
                where judged.quarantine_reason is not null
            )

    ),

{% endfor -%}

quarantined as (

    {% for entity, key in entities.items() -%}
        select
            '{{ entity }}' as entity,
            judged.quarantine_reason as reason,
            judged.{{ key }} as row_id,
            cast(
                json_merge_patch(to_json(delivered), '{"_row": null}') as varchar
            ) as delivered_row
        from {{ ref('int_' ~ entity ~ '_judged') }} as judged
        inner join {{ entity }}_delivered as delivered
            on judged.source_row = cast(delivered._row as bigint)
        where judged.quarantine_reason is not null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

numbered as (

    select
        entity,
        reason,
        row_id,
        delivered_row,
        row_number() over (partition by entity, delivered_row order by reason) as occurrence
    from quarantined

)

select * from numbered
order by entity, row_id, delivered_row, occurrence
