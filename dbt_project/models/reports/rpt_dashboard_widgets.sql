with

widgets as (

    select * replace (timezone('UTC', created_at) as created_at)
    from {{ ref('dashboard_widgets') }}
    where is_visible

),

payload as (

    select
        widget_id as id,
        website_id as website,
        website_name,
        widget_type,
        title,
        position,
        is_visible,
        config,
        strftime(created_at, '%Y-%m-%dT%H:%M:%S')
        || if(microsecond(created_at) % 1000000 = 0, '', strftime(created_at, '.%f'))
        || 'Z' as created_at,
        asked_days,
        asked_limit
    from widgets

)

select * from payload
order by website, position, id
