with

run as (

    select * from {{ ref('dim_run') }}

),

{# The month of the day after as_of is the first that isn't complete. #}
cohorts as (

    select cohorts.*
    from {{ ref('fct_cohorts_monthly') }} as cohorts
    inner join run
        on cohorts.cohort >= date_trunc('month', run.as_of + 1) - interval 24 month

),

payload as (

    select
        website_id,
        cohort,
        months_since,
        clients,
        active_clients,
        redeeming_clients,
        {{ ratio('100 * active_clients', 'clients') }} as retention_rate
    from cohorts

)

select * from payload
order by website_id, cohort, months_since
