with

totals as (

    select * from {{ ref('fct_website_totals') }}

),

payload as (

    select
        website_id,
        transactions,
        requests,
        points_outstanding
    from totals

)

select * from payload
order by website_id
