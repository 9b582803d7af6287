with

widgets as (

    select * from {{ ref('dashboard_widgets') }}
    where is_visible

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
)

select * from fallbacks
order by website_id, widget_id, config_key
