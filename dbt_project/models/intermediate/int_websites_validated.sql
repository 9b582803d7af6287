{{ build_after('int_previous_websites') }}

with

websites as (

    select * from {{ ref('stg_loyalty__websites') }}

),

flagged as (

    select
        *,
        case
            when website_id is null then 'id'
            when website_name is null then 'name'
        end as unreadable_column,
        unreadable_column is null as is_readable
    from websites

),

superseded as (

    {{ superseded_rows('website_id', ['website_name', 'timezone']) }}

),

validated as (

    select
        flagged.copy_number,
        flagged.website_id,
        flagged.website_name,
        coalesce(flagged.timezone, 'UTC') as timezone,
        flagged.unreadable_column,
        flagged.is_readable,
        case
            when not flagged.is_readable then 'invalid_value'
            when superseded.copy_number is not null then 'duplicate_id'
        end as quarantine_reason
    from flagged
    left join superseded
        on
            flagged.website_id = superseded.website_id
            and flagged.copy_number = superseded.copy_number

)

select * from validated
