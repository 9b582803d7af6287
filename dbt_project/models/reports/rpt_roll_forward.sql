with

monthly as (

    select * from {{ ref('fct_points_monthly') }}

),

latest as (

    select *
    from monthly
    qualify row_number() over (partition by website_id order by month desc) <= 24

)

select * from latest
order by website_id, month
