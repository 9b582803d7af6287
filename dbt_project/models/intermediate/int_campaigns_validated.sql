with

campaigns as (

    select * from {{ ref('stg_loyalty__campaigns') }}

),

websites as (

    select * from {{ ref('int_websites_validated') }}
    where quarantine_reason is null

),

flagged as (

    select
        *,
        case
            when campaign_id is null then 'id'
            when website_id is null then 'website_id'
            when campaign_name is null then 'name'
            when starts_at is null then 'starts_at'
            when ends_at is null or ends_at < starts_at then 'ends_at'
        end as unreadable_column,
        unreadable_column is null as is_readable
    from campaigns

),

superseded as (

    {{ superseded_rows(
        'campaign_id',
        [
            'website_id', 'campaign_name', 'starts_at', 'ends_at', 'cost',
            'planned_treatment_share'
        ]
    ) }}

),

validated as (

    select
        flagged.*,
        case
            when not flagged.is_readable then 'invalid_value'
            when superseded.copy_number is not null then 'duplicate_id'
            when websites.website_id is null then 'unknown_website'
        end as quarantine_reason,
        {{ clock_time('websites.timezone', 'flagged.starts_at') }} as local_starts_at,
        {{ clock_time('websites.timezone', 'flagged.ends_at') }} as local_ends_at
    from flagged
    left join superseded
        on
            flagged.campaign_id = superseded.campaign_id
            and flagged.copy_number = superseded.copy_number
    left join websites on flagged.website_id = websites.website_id

),

{# No date lies beyond the calendar: 9999-12-31, which stands for no end, is over elsewhere. #}
dated as (

    select
        campaign_id,
        copy_number,
        website_id,
        campaign_name,
        cost,
        planned_treatment_share,
        unreadable_column,
        is_readable,
        quarantine_reason,
        case
            when quarantine_reason is null
                then greatest(
                    least(cast(local_starts_at as date), date '9999-12-31'), date '0001-01-01'
                )
        end as date_from,
        case
            when quarantine_reason is null and local_ends_at = date_trunc('day', local_ends_at)
                then cast(local_ends_at as date) - 1
            when quarantine_reason is null
                then least(cast(local_ends_at as date), date '9999-12-31')
        end as last_date
    from validated

),

{# What ends at midnight ends with the day before; none is without a day. #}
spanned as (

    select
        campaign_id,
        copy_number,
        website_id,
        campaign_name,
        cost,
        planned_treatment_share,
        unreadable_column,
        is_readable,
        quarantine_reason,
        date_from,
        greatest(last_date, date_from) as date_to
    from dated

)

select * from spanned
