with

campaigns as (

    select * from {{ ref('fct_campaigns') }}

),

{# A row for each experiment that can be believed; its margin is a difference of sums. #}
experiments as (

    select
        campaigns.campaign_id,
        margins.campaign_id is not null as has_margin,
        {{ ratio_or_null(
            'margins.comparison_clients * margins.treatment_during'
            ~ ' - margins.treatment_clients * margins.comparison_during',
            'margins.units * margins.comparison_clients',
            12
        ) }} as incremental_margin
    from campaigns
    left join {{ ref('int_campaign_comparisons') }} as margins
        on campaigns.campaign_id = margins.campaign_id and margins.metric = 'margin'
    where campaigns.design = 'experiment' and campaigns.status = 'ok'

),

daily as (

    select
        campaigns.website_id,
        campaigns.date_to as date,
        count(*) as campaigns,
        cast(sum(coalesce(campaigns.cost, 0)) as decimal(38, 2)) as cost,
        count(experiments.campaign_id) as experiments,
        count(*) filter (where experiments.has_margin) as experiments_with_margin,
        cast(coalesce(sum(experiments.incremental_margin), 0) as decimal(38, 12))
            as incremental_margin
    from campaigns
    cross join {{ ref('int_run') }} as run
    left join experiments on campaigns.campaign_id = experiments.campaign_id
    where campaigns.date_to <= run.as_of
    group by campaigns.website_id, campaigns.date_to

)

select * from daily
order by website_id, date
