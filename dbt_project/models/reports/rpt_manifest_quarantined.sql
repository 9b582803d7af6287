with

quarantined as (

    select * from {{ ref('quarantined_rows') }}

),

payload as (

    select
        entity,
        reason,
        count(*) as row_count
    from quarantined
    group by entity, reason

)

select * from payload
order by entity, reason
