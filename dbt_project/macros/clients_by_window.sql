{#
    (website_id, window_days, clients): how many clients' last date of a kind is the first date
    of the window. Summed up to a window, that is its number of distinct clients.
#}
{% macro clients_by_window(last_date) -%}
    select
        clients.website_id,
        cast(run.as_of - clients.{{ last_date }} as integer) + 1 as window_days,
        count(*) as clients
    from {{ ref('dim_clients') }} as clients
    cross join {{ ref('dim_run') }} as run
    where clients.{{ last_date }} is not null
    group by all
{%- endmacro %}
