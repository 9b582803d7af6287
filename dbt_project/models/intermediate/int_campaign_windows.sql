{{ build_after('int_previous_campaign_windows') }}

with

campaigns as (

    select * from {{ ref('int_campaigns_validated') }}
    where quarantine_reason is null

),

members as (

    select * from {{ ref('int_campaign_members_validated') }}
    where quarantine_reason is null

),

run as (

    select * from {{ ref('int_run') }}

),

held_out as (

    select distinct campaign_id from members
    where arm = 'control'

),

windows as (

    select
        campaigns.campaign_id,
        campaigns.website_id,
        campaigns.date_from,
        campaigns.date_to,
        campaigns.date_from
        - (cast(campaigns.date_to - campaigns.date_from as integer) + 1) as before_from,
        campaigns.planned_treatment_share,
        held_out.campaign_id is not null as is_experiment,
        coalesce(campaigns.date_to <= run.as_of, false) as is_over
    from campaigns
    cross join run
    left join held_out on campaigns.campaign_id = held_out.campaign_id

)

select * from windows
