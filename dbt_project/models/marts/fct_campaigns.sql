{#- A campaign's cost in a metric's units, times the clients whom it is compared with. -#}
{%- set cost = 'brought.comparison_clients * cast(brought.%s_units * campaigns.cost as '
    ~ whole_number() ~ ')' -%}

with

campaigns as (

    select * from {{ ref('int_campaigns_validated') }}
    where quarantine_reason is null

),

sizes as (

    select * from {{ ref('int_campaign_sizes') }}

),

windows as (

    select * from {{ ref('int_campaign_windows') }}

),

{# What an experiment brought, as whole numbers times the clients whom it is compared with. #}
brought as (

    select
        campaign_id,
        comparison_clients,
        max(if(
            metric = 'margin',
            comparison_clients * treatment_during - treatment_clients * comparison_during,
            null
        )) as margin,
        max(if(
            metric = 'revenue',
            comparison_clients * treatment_during - treatment_clients * comparison_during,
            null
        )) as revenue,
        max(if(metric = 'margin', units, null)) as margin_units,
        max(if(metric = 'revenue', units, null)) as revenue_units
    from {{ ref('int_campaign_comparisons') }}
    where is_experiment and status = 'ok'
    group by campaign_id, comparison_clients

),

described as (

    select
        campaigns.campaign_id,
        campaigns.website_id,
        campaigns.campaign_name,
        campaigns.date_from,
        campaigns.date_to,
        if(windows.is_experiment, 'experiment', 'observational') as design,
        sizes.status,
        sizes.treatment_clients,
        sizes.comparison_clients,
        sizes.members_elsewhere,
        sizes.sample_ratio_chi2,
        campaigns.cost,
        {{ ratio_or_null(
            'brought.margin', 'brought.comparison_clients * brought.margin_units', 12
        ) }} as incremental_margin,
        case
            when campaigns.cost > 0
                then {{ ratio_or_null('brought.margin', cost | format('margin')) }}
        end as return_on_cost,
        case
            when campaigns.cost > 0
                then {{ ratio_or_null('brought.revenue', cost | format('revenue')) }}
        end as revenue_per_cost
    from campaigns
    inner join windows on campaigns.campaign_id = windows.campaign_id
    inner join sizes on campaigns.campaign_id = sizes.campaign_id
    left join brought on campaigns.campaign_id = brought.campaign_id

)

select * from described
order by campaign_id
