with

delivered as (

    select * from {{ ref('int_delivered_rows') }}
    where reason is not null

),

excluded as (

    select
        website_id,
        entity,
        reason,
        delivered_rows as excluded_rows,
        points,
        rows_without_points
    from delivered

)

select * from excluded
order by website_id, entity, reason
