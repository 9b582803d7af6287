with

run as (

    select * from {{ ref('int_run') }}

),

previous as (

    select * from {{ ref('int_previous_run') }}

),

distances as (

    {% for days in days_ago() %}
        select {{ days }} as days_ago
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

{# Without an as_of, nothing has been passed: every event lies after that date. #}
bounds as (

    select
        distances.days_ago,
        coalesce(run.as_of, date '{{ first_date() }}' - 2) - distances.days_ago as date,
        coalesce(previous.as_of, date '{{ first_date() }}' - 2) - distances.days_ago
            as previous_date
    from run
    cross join previous
    cross join distances

),

passed as (

    select
        days_ago,
        {{ each_date('least(date, previous_date) + 1', 'greatest(date, previous_date)') }} as date
    from bounds

)

select * from passed
