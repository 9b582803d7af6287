{{ build_after('int_previous_campaign_arms') }}

with

members as (

    select * from {{ ref('int_campaign_members_validated') }}
    where client_id is not null

),

windows as (

    select * from {{ ref('int_campaign_windows') }}

),

{# Of a client's rows in a campaign one at most is valid. #}
arms as (

    select
        members.campaign_id,
        members.client_id,
        max(if(members.quarantine_reason is null, members.arm, null)) as arm
    from members
    inner join windows on members.campaign_id = windows.campaign_id
    group by members.campaign_id, members.client_id

)

select * from arms
