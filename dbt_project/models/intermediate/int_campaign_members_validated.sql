with

members as (

    select * from {{ ref('stg_loyalty__campaign_members') }}

),

campaigns as (

    select * from {{ ref('int_campaigns_validated') }}
    where quarantine_reason is null

),

clients as (

    select * from {{ ref('int_clients_validated') }}
    where quarantine_reason is null

),

{# Who is in no arm is treated. #}
flagged as (

    select
        campaign_id,
        client_id,
        copy_number,
        arm as delivered_arm,
        coalesce(arm, 'treatment') as arm,
        case
            when campaign_id is null then 'campaign_id'
            when client_id is null then 'client_id'
        end as unreadable_column,
        unreadable_column is null as is_readable
    from members

),

{# Rows of a member that say the same are copies; two that don't may contradict each other. #}
members_with_several_rows as (

    select
        campaign_id,
        client_id,
        bool_or(arm = 'treatment') and bool_or(arm = 'control') as is_contradicted
    from flagged
    group by campaign_id, client_id
    having count(*) > 1

),

occurrences as (

    select
        flagged.campaign_id,
        flagged.client_id,
        flagged.copy_number,
        repeated.is_contradicted,
        row_number() over (
            partition by flagged.campaign_id, flagged.client_id, flagged.arm
            order by flagged.delivered_arm desc nulls last, flagged.copy_number asc
        ) as occurrence
    from flagged
    inner join members_with_several_rows as repeated
        on
            flagged.campaign_id = repeated.campaign_id
            and flagged.client_id = repeated.client_id

),

{# A member has the website of its campaign. #}
validated as (

    select
        flagged.campaign_id,
        flagged.client_id,
        flagged.copy_number,
        campaigns.website_id,
        flagged.arm,
        flagged.unreadable_column,
        flagged.is_readable,
        case
            when not flagged.is_readable then 'invalid_value'
            when occurrences.occurrence > 1 then 'duplicate_id'
            when campaigns.campaign_id is null then 'unknown_campaign'
            when clients.client_id is null then 'unknown_client'
            when clients.website_id != campaigns.website_id then 'website_mismatch'
            when flagged.arm not in ('treatment', 'control') then 'unknown_arm'
            when occurrences.is_contradicted then 'conflicting_arms'
        end as quarantine_reason
    from flagged
    left join campaigns on flagged.campaign_id = campaigns.campaign_id
    left join clients on flagged.client_id = clients.client_id
    left join occurrences
        on
            flagged.campaign_id = occurrences.campaign_id
            and flagged.client_id = occurrences.client_id
            and flagged.copy_number = occurrences.copy_number

)

select * from validated
