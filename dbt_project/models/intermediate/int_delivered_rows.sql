{%- set points = {
    'loyalty_transactions': 'points',
    'redemption_requests': 'points_used',
    'wallet_conversions': 'points',
} -%}

with

{# The reasons and types of the ledger are numbers, and become text when few rows are left. #}
validated as (

    {% for entity in validated_entities() -%}
        select
            '{{ entity }}' as entity,
            website_id,
            {% if entity == 'loyalty_transactions' -%}
                case when quarantine_reason is null then transaction_type end
            {%- else -%}
                cast(null as string)
            {%- endif %} as transaction_type,
            quarantine_reason as reason,
            count(*) as delivered_rows,
            {% if entity in points -%}
                cast(sum({{ points[entity] }}) as bigint) as points,
                count(*) - count({{ points[entity] }}) as rows_without_points
            {%- else -%}
                cast(null as bigint) as points,
                cast(null as bigint) as rows_without_points
            {%- endif %}
        from {{ ref('int_' ~ entity ~ '_validated') }}
        group by all
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from validated
