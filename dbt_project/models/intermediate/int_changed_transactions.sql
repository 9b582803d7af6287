with

transactions as not materialized (

    select * from {{ ref('stg_loyalty__loyalty_transactions') }}

),

{# Rows that are new, gone or other than before. #}
delivered as (

    select changed_id as transaction_id
    from {{ ref('stg_pipeline__changed_ids') }}
    where entity = 'loyalty_transactions'

),

{# Rows that stayed, but whose client or website did not. #}
revalidated as (

    select transaction_id
    from transactions
    where client_id in (select clients.client_id from {{ ref('int_changed_clients') }} as clients)
    union all
    select transaction_id
    from transactions
    where
        website_id in (
            select websites.website_id from {{ ref('int_changed_websites') }} as websites
        )

),

changed as (

    select * from delivered
    union
    select * from revalidated

)

select * from changed
