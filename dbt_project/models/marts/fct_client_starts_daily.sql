with

clients as (

    select * from {{ ref('dim_clients') }}

),

starts as (

    select
        website_id,
        member_since_date as date,
        1 as new_clients,
        if(joined_date is null and member_since_date is not null, 1, 0)
            as new_clients_by_transaction,
        0 as first_issued_clients
    from clients
    union all
    select
        website_id,
        first_issued_date as date,
        0 as new_clients,
        0 as new_clients_by_transaction,
        1 as first_issued_clients
    from clients
    where first_issued_date is not null

),

daily as (

    select
        website_id,
        date,
        cast(sum(new_clients) as bigint) as new_clients,
        cast(sum(new_clients_by_transaction) as bigint) as new_clients_by_transaction,
        cast(sum(first_issued_clients) as bigint) as first_issued_clients
    from starts
    group by website_id, date

)

select * from daily
order by website_id, date
