with

websites as (

    select * from {{ ref('dim_websites') }}

),

payload as (

    select
        website_id as id,
        website_name as name,
        timezone
    from websites

)

select * from payload
order by id
