-- A returned row is an entity with a delivered row that is not validated, is validated twice, or is
-- quarantined without being listed. Sums of ids see a row that takes another's place.
{{ config(meta={'dagster': {'ref': {'name': 'quarantined_rows'}}}) }}

{%- set entities = validated_entities() %}

with

delivered as (

    {% for entity, key in entities.items() -%}
        select
            '{{ entity }}' as entity,
            count(*) as delivered_count,
            {% for column in key.values() -%}
                {{ sum_of(column) }} +
            {%- endfor %}
            sum(copy_number) as delivered_sum
        from {{ ref('stg_loyalty__' ~ entity) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

validated as (

    {% for entity, key in entities.items() -%}
        select
            '{{ entity }}' as entity,
            count(*) filter (where quarantine_reason is null) as valid_count,
            count(*) as validated_count,
            {% for column in key.values() -%}
                {{ sum_of(column) }} +
            {%- endfor %}
            sum(copy_number) as validated_sum
        from {{ ref('int_' ~ entity ~ '_validated') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

quarantined as (

    select
        entity,
        count(*) as quarantined_count
    from {{ ref('quarantined_rows') }}
    group by entity

),

compared as (

    select
        delivered.entity,
        delivered.delivered_count,
        validated.valid_count,
        coalesce(quarantined.quarantined_count, 0) as quarantined_count,
        validated.validated_count,
        delivered.delivered_sum,
        validated.validated_sum
    from delivered
    inner join validated on delivered.entity = validated.entity
    left join quarantined on delivered.entity = quarantined.entity

),

broken as (

    select * from compared
    where
        delivered_count != valid_count + quarantined_count
        or delivered_count != validated_count
        or delivered_sum is distinct from validated_sum

)

select * from broken
