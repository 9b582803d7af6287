with

records as (

    select * from {{ ref('loyalty_analytics') }}

)

select * from records
order by website asc, date_to desc, date_from desc
