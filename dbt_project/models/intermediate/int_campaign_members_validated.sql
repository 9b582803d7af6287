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
numbered as (

    select
        *,
        row_number() over (
            partition by campaign_id, client_id, arm
            order by delivered_arm desc nulls last, copy_number asc
        ) as occurrence
    from flagged

),

{# A member has the website of its campaign. #}
examined as (

    select
        numbered.campaign_id,
        numbered.client_id,
        numbered.copy_number,
        campaigns.website_id,
        numbered.arm,
        numbered.unreadable_column,
        numbered.is_readable,
        case
            when not numbered.is_readable then 'invalid_value'
            when numbered.occurrence > 1 then 'duplicate_id'
            when campaigns.campaign_id is null then 'unknown_campaign'
            when clients.client_id is null then 'unknown_client'
            when clients.website_id != campaigns.website_id then 'website_mismatch'
            when numbered.arm not in ('treatment', 'control') then 'unknown_arm'
        end as own_reason
    from numbered
    left join campaigns on numbered.campaign_id = campaigns.campaign_id
    left join clients on numbered.client_id = clients.client_id

),

validated as (

    select
        campaign_id,
        client_id,
        copy_number,
        website_id,
        arm,
        unreadable_column,
        is_readable,
        case
            when
                own_reason is null
                and count(*) over (partition by campaign_id, client_id, own_reason) > 1
                then 'conflicting_arms'
            else own_reason
        end as quarantine_reason
    from examined

)

select * from validated
