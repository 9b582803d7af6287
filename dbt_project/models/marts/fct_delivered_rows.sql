with

delivered as (

    select * from {{ ref('int_delivered_rows') }}

)

select * from delivered
order by entity, website_id, transaction_type, reason
