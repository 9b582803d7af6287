with

widgets as (

    select * from {{ ref('dashboard_widgets') }}
    where is_visible

),

run as (

    select * from {{ ref('dim_run') }}

),

{%- set settings = [('days', 'asked_days', 3660, 30), ('limit', 'asked_limit', 100, 10)] %}

fallbacks as (

    {% for key, asked, highest, default in settings -%}
        select
            website_id,
            widget_id,
            '{{ key }}' as config_key,
            'website ' || website_id || ', widget ' || widget_id || ': config {{ key }} is '
            || left(cast(config -> '$.{{ key }}' as varchar), 80)
            || ', not an integer from 1 to {{ highest }}; {{ default }} is used' as warning
        from widgets
        where json_exists(config, '$.{{ key }}') and {{ asked }} is null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

added as (

    select unnest(added_columns) as added_column from run

),

warnings as (

    select
        cast(null as bigint) as website_id,
        cast(null as bigint) as widget_id,
        added_column as config_key,
        'the source has the new column ' || added_column || ', which is not read' as warning
    from added
    union all
    select * from fallbacks

)

select * from warnings
order by website_id nulls first, widget_id, config_key
