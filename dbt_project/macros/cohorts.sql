{# The month that a client's cohort is named for; null for a client who has always been a member. #}
{% macro cohort(member_since_date) -%}
    cast(date_trunc('month', {{ member_since_date }}) as date)
{%- endmacro %}

{# The client-days of `clients`, each with its client's cohort and its month. #}
{% macro days_by_cohort(clients) -%}
    select
        clients.website_id,
        clients.cohort,
        cast(date_trunc('month', client_days.date) as date) as month,
        {{ is_activity_date('client_days') }} as is_activity_date,
        client_days.previous_activity_date,
        client_days.issued,
        client_days.redeemed
    from {{ ref('fct_client_days') }} as client_days
    inner join {{ clients }} as clients on client_days.client_id = clients.client_id
{%- endmacro %}
