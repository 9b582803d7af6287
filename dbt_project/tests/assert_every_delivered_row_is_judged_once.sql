-- A returned row is an entity with a delivered row that is not judged, is judged twice, or is
-- quarantined without being listed. Sums of ids see a row that takes another's place.
{{ config(meta={'dagster': {'ref': {'name': 'quarantined_rows'}}}) }}

{%- set entities = judged_entities() %}

with

delivered as (

    {% for entity, key in entities.items() -%}
        select
            '{{ entity }}' as entity,
            count(*) as delivered_count,
            sum({{ key }}) + sum(copy_number) as delivered_sum
        from {{ ref('stg_loyalty__' ~ entity) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

judged as (

    {% for entity, key in entities.items() -%}
        select
            '{{ entity }}' as entity,
            count(*) filter (quarantine_reason is null) as valid_count,
            count(*) as judged_count,
            sum({{ key }}) + sum(copy_number) as judged_sum
        from {{ ref('int_' ~ entity ~ '_judged') }}
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
        judged.valid_count,
        coalesce(quarantined.quarantined_count, 0) as quarantined_count,
        judged.judged_count,
        delivered.delivered_sum,
        judged.judged_sum
    from delivered
    inner join judged on delivered.entity = judged.entity
    left join quarantined on delivered.entity = quarantined.entity

),

broken as (

    select * from compared
    where
        delivered_count != valid_count + quarantined_count
        or delivered_count != judged_count
        or delivered_sum is distinct from judged_sum

)

select * from broken
