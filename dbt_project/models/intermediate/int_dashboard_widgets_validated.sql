with

widgets as (

    select * from {{ ref('stg_loyalty__dashboard_widgets') }}

),

websites as (

    select * from {{ ref('int_websites_validated') }}
    where quarantine_reason is null

),

widget_types as (

    select * from {{ ref('widget_types') }}

),

{# The ids of widgets created through the API are not the source's to give. #}
flagged as (

    select
        *,
        case
            when
                widget_id is null
                or widget_id between {{ first_created_id() }} and {{ last_created_id() }}
                then 'id'
            when website_id is null then 'website_id'
            when widget_type is null then 'widget_type'
            when title is null then 'title'
            when position is null then 'position'
            when is_visible is null then 'is_visible'
            when config is null then 'config'
        end as unreadable_column,
        unreadable_column is null as is_readable
    from widgets

),

{# The lowest position stays: its negative is the greatest. #}
superseded as (

    {{ superseded_rows(
        'widget_id',
        [
            '-cast(position as ' ~ whole_number() ~ ')', 'website_id', 'widget_type', 'title',
            'is_visible', 'config', 'created_at'
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
            when widget_types.widget_type is null then 'unknown_widget_type'
        end as quarantine_reason
    from flagged
    left join superseded
        on
            flagged.widget_id = superseded.widget_id
            and flagged.copy_number = superseded.copy_number
    left join websites on flagged.website_id = websites.website_id
    left join widget_types on flagged.widget_type = widget_types.widget_type

)

select * from validated
