with

campaigns as (

    select * from {{ ref('fct_campaigns') }}

),

metrics as (

    select * from {{ ref('fct_campaign_metrics') }}

),

nested as (

    select
        campaign_id,
        {{ listed(record([
            'metric',
            'treatment_mean',
            'comparison_mean',
            'treatment_mean_before',
            'comparison_mean_before',
            'effect',
            'effect_low',
            'effect_high',
            'adjusted_effect',
            'adjusted_low',
            'adjusted_high',
            'relative_effect',
            'incremental_total',
        ]), 'place') }} as metrics
    from metrics
    group by campaign_id

),

payload as (

    select
        campaigns.website_id,
        campaigns.campaign_id as id,
        campaigns.campaign_name as name,
        campaigns.date_from,
        campaigns.date_to,
        campaigns.design,
        campaigns.design = 'experiment' as is_causal,
        campaigns.status,
        campaigns.treatment_clients,
        campaigns.comparison_clients,
        campaigns.members_elsewhere,
        campaigns.sample_ratio_chi2,
        campaigns.cost,
        campaigns.return_on_cost,
        campaigns.revenue_per_cost,
        nested.metrics
    from campaigns
    inner join nested on campaigns.campaign_id = nested.campaign_id

)

select * from payload
order by website_id asc, date_from desc, id asc
