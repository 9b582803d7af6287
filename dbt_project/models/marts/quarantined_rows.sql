{%- set entities = validated_entities() -%}
{%- set followed = followed_entities() -%}
{%- set previous = previous(this) -%}

with

{# Of entities that follow changes only changed rows are looked for; others stay as listed. #}
{% if not execute or previous -%}
    listed as (

        select listed.*
        from {{ previous }} as listed
        where
            {% for entity, name in followed.items() -%}
                {{ 'or ' if not loop.first }}(
                    listed.entity = '{{ entity }}'
                    and not exists (
                        select 1 from {{ ref('int_changed_' ~ name) }} as changed
                        where listed.row_id is not distinct from changed.{{ entities[entity]['id'] }}
                    )
                )
            {% endfor %}
    ),
{%- endif %}

{# Only the rows asked for are turned into text; a ledger is not. #}
{% for entity, key in entities.items() -%}
    {{ entity }}_validated as (

        select
            {{ key.values() | join(', ') }},
            copy_number,
            quarantine_reason as reason,
            coalesce(
                cast(unreadable_column as string), {{ column_of('quarantine_reason', key) }}
            ) as column_name
        from
        {% if entity in followed and (not execute or previous) -%}
                (
                    {{ changed_rows(entity, ref('int_' ~ entity ~ '_validated')) }}
                ) as changed
            {%- else -%}
                {{ ref('int_' ~ entity ~ '_validated') }}
        {%- endif %}
        where quarantine_reason is not null

    ),

    {{ entity }}_keyed {{ as_inlined() }} (

        select
            *,
        {% for column in key -%}
            {{ read_integer(column) }} as _key_{{ loop.index }}{{ ',' if not loop.last }}
        {% endfor %}
        from {{ source('loyalty', entity) }}

    ),

    {{ entity }}_delivered as (

        select {{ all_as_text(source('loyalty', entity), key | length) }} from (
            {{ rows_of_ids(
                entity ~ '_keyed', '_key_1', entity ~ '_validated', key.values() | first
            ) }}
        )

    ),

{% endfor -%}

quarantined as (

    {% for entity, key in entities.items() -%}
        select
            '{{ entity }}' as entity,
            validated.reason,
            {{ 'validated.' ~ key['id'] if 'id' in key else 'cast(null as bigint)' }} as row_id,
            validated.column_name,
            {{ row_as_json('delivered', source('loyalty', entity)) }} as delivered_row
        from {{ entity }}_validated as validated
        inner join {{ entity }}_delivered as delivered
            on
                validated.copy_number = cast(delivered._copy_number as bigint)
                {% for column in key.values() -%}
                    and validated.{{ column }}
                    is not distinct from cast(delivered._key_{{ loop.index }} as bigint)
                {% endfor %}
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
        cast(
            row_number() over (partition by entity, delivered_row order by reason) as bigint
        ) as occurrence
    from quarantined

)

select * from numbered
order by entity, row_id, delivered_row, occurrence
