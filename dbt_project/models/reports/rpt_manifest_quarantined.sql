with

excluded as (

    select * from {{ ref('fct_excluded_points') }}

),

payload as (

    select
        entity,
        reason,
        cast(sum(excluded_rows) as bigint) as row_count,
        cast(sum(points) as bigint) as points
    from excluded
    group by entity, reason

)

select * from payload
order by entity, reason
