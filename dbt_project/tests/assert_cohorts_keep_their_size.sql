-- A returned row is a month of a cohort in which more clients are counted than joined, a cohort
-- whose size changes from month to month or that lacks a month, or a website whose cohorts do not
-- hold as many clients as joined in its complete months.
{{ config(meta={'dagster': {'ref': {'name': 'fct_cohorts_monthly'}}}) }}

with

cohorts as (

    select * from {{ ref('fct_cohorts_monthly') }}

),

months as (

    select * from {{ ref('int_complete_months') }}

),

last_months as (

    select
        website_id,
        max(month) as month
    from months
    group by website_id

),

exceeded as (

    select
        website_id,
        cohort,
        'exceeded' as fault
    from cohorts
    where active_clients > clients or redeeming_clients > clients

),

uneven as (

    select
        cohorts.website_id,
        cohorts.cohort,
        'uneven' as fault
    from cohorts
    inner join last_months on cohorts.website_id = last_months.website_id
    group by cohorts.website_id, cohorts.cohort, last_months.month
    having
        min(cohorts.clients) != max(cohorts.clients)
        or min(cohorts.months_since) != 0
        or count(*) != max(cohorts.months_since) + 1
        or cohorts.cohort + max(cohorts.months_since) * interval '1' month != last_months.month

),

new_members as (

    select
        website_id,
        member_since_date,
        count(*) as clients
    from {{ ref('dim_clients') }}
    group by website_id, member_since_date

),

joined as (

    select
        months.website_id,
        sum(new_members.clients) as clients
    from months
    inner join new_members
        on
            months.website_id = new_members.website_id
            and new_members.member_since_date between months.month and months.last_date
    group by months.website_id

),

sizes as (

    select
        website_id,
        sum(clients) as clients
    from cohorts
    where months_since = 0
    group by website_id

),

missing as (

    select
        coalesce(joined.website_id, sizes.website_id) as website_id,
        cast(null as date) as cohort,
        'missing' as fault
    from joined
    full join sizes on joined.website_id = sizes.website_id
    where coalesce(joined.clients, 0) != coalesce(sizes.clients, 0)

),

broken as (

    select * from exceeded
    union all
    select * from uneven
    union all
    select * from missing

)

select * from broken
