{%- set entities = validated_entities() -%}
{%- set previous = previous(this) -%}

with

{# Of the ledger only changed rows are looked for; the others stay as they were listed. #}
{% if not execute or previous -%}
    ledger as (

        {{ changed_transactions(ref('int_loyalty_transactions_validated')) }}

    ),

    changed as (

        select * from {{ ref('int_changed_transactions') }}

    ),

    listed as (

        select listed.*
        from {{ previous }} as listed
        where
            listed.entity = 'loyalty_transactions'
            and not exists (
                select 1 from changed
                where listed.row_id is not distinct from changed.transaction_id
            )

    ),
{%- endif %}

{# Only the rows asked for are turned into text; a ledger is not. #}
{% for entity, key in entities.items() -%}
    {{ entity }}_validated as (

        select
            {{ key }} as row_id,
            copy_number,
            quarantine_reason as reason,
            coalesce(
                cast(unreadable_column as varchar), {{ column_of('quarantine_reason') }}
            ) as column_name
        from
            {{
                'ledger' if previous and entity == 'loyalty_transactions'
                else ref('int_' ~ entity ~ '_validated')
            }}
        where quarantine_reason is not null

    ),

    {{ entity }}_keyed as not materialized (

        select
            *,
            {{ read_integer('id') }} as _id
        from {{ source('loyalty', entity) }}

    ),

    {{ entity }}_delivered as (

        select cast(columns(*) as varchar) from (
            {{ rows_of_ids(entity ~ '_keyed', '_id', entity ~ '_validated', 'row_id') }}
        )

    ),

{% endfor -%}

quarantined as (

    {% for entity in entities -%}
        select
            '{{ entity }}' as entity,
            validated.reason,
            validated.row_id,
            validated.column_name,
            cast(
                json_merge_patch(
                    to_json(delivered), '{"_id": null, "_copy_number": null}'
                ) as varchar
            ) as delivered_row
        from {{ entity }}_validated as validated
        inner join {{ entity }}_delivered as delivered
            on
                validated.row_id is not distinct from cast(delivered._id as bigint)
                and validated.copy_number = cast(delivered._copy_number as bigint)
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
    {% if previous -%}
        union all
        select
            entity,
            reason,
            row_id,
            column_name,
            delivered_row
        from listed
    {%- endif %}
),

numbered as (

    select
        entity,
        reason,
        row_id,
        column_name,
        delivered_row,
        row_number() over (partition by entity, delivered_row order by reason) as occurrence
    from quarantined

)

select * from numbered
order by entity, row_id, delivered_row, occurrence
