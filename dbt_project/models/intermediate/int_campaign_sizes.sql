with

windows as (

    select * from {{ ref('int_campaign_windows') }}

),

clients as (

    select * from {{ ref('dim_clients') }}

),

{# Delivered members whose client is one of the website, and was before the campaign. #}
early_arms as (

    select
        arms.campaign_id,
        arms.client_id,
        arms.arm,
        windows.date_from,
        windows.date_to
    from {{ ref('int_campaign_arms') }} as arms
    inner join windows on arms.campaign_id = windows.campaign_id
    inner join clients
        on
            arms.client_id = clients.client_id
            and windows.website_id = clients.website_id
    where {{ is_before('clients.member_since_date', 'windows.date_from') }}

),

of_arms as (

    select
        campaign_id,
        count(*) filter (where arm = 'treatment') as treated,
        count(*) filter (where arm = 'control') as held_out,
        count(*) as delivered
    from early_arms
    group by campaign_id

),

joined as (

    select
        website_id,
        member_since_date,
        count(*) as clients
    from clients
    group by website_id, member_since_date

),

{# All clients of the website who were before the campaign. #}
of_websites as (

    select
        windows.campaign_id,
        sum(joined.clients) as clients
    from windows
    inner join joined on windows.website_id = joined.website_id
    where {{ is_before('joined.member_since_date', 'windows.date_from') }}
    group by windows.campaign_id

),

valid_arms as (

    select
        arms.campaign_id,
        arms.client_id,
        windows.date_from,
        windows.date_to
    from {{ ref('int_campaign_arms') }} as arms
    inner join windows on arms.campaign_id = windows.campaign_id
    where arms.arm is not null

),

of_others as (

    select
        early_arms.campaign_id,
        count(distinct early_arms.client_id) as members
    from early_arms
    inner join valid_arms as others
        on
            early_arms.client_id = others.client_id
            and early_arms.campaign_id != others.campaign_id
            and early_arms.date_from <= others.date_to
            and early_arms.date_to >= others.date_from
    where early_arms.arm = 'treatment'
    group by early_arms.campaign_id

),

sizes as (

    select
        windows.campaign_id,
        windows.is_experiment,
        windows.is_over,
        windows.planned_treatment_share,
        coalesce(of_arms.treated, 0) as treatment_clients,
        cast(
            if(
                windows.is_experiment,
                coalesce(of_arms.held_out, 0),
                coalesce(of_websites.clients, 0) - coalesce(of_arms.delivered, 0)
            ) as bigint
        ) as comparison_clients,
        coalesce(of_others.members, 0) as members_elsewhere
    from windows
    left join of_arms on windows.campaign_id = of_arms.campaign_id
    left join of_websites on windows.campaign_id = of_websites.campaign_id
    left join of_others on windows.campaign_id = of_others.campaign_id

),

{# Shares as whole numbers of 10^-18. #}
planned as (

    select
        *,
        cast(treatment_clients + comparison_clients as {{ whole_number() }}) as clients,
        cast(1000000000000000000 * coalesce(planned_treatment_share, 0.5) as {{ whole_number() }})
            as treatment_share,
        1000000000000000000 - treatment_share as comparison_share
    from sizes

),

{# Clients squared ÷ share: whole numbers, and what is left in parts of both shares. #}
squared as (

    select
        *,
        cast(1000000000000000000 as {{ whole_number() }}) * treatment_clients * treatment_clients
            as treatment_square,
        cast(1000000000000000000 as {{ whole_number() }}) * comparison_clients * comparison_clients
            as comparison_square,
        treatment_share * comparison_share as parts,
        treatment_square % treatment_share * comparison_share
        + comparison_square % comparison_share * treatment_share as remainders
    from planned

),

{# χ² × clients = Σ (clients² ÷ share) − all², a whole number and a fraction. #}
deviations as (

    select
        *,
        {{ quotient('treatment_square', 'treatment_share') }}
        + {{ quotient('comparison_square', 'comparison_share') }}
        + {{ quotient('remainders', 'parts') }} - clients * clients as deviation,
        remainders % parts as part
    from squared

),

{# A ratio of arms is not the planned one where χ² is above 10.83 (p = 0.001). #}
tested as (

    select
        campaign_id,
        treatment_clients,
        comparison_clients,
        members_elsewhere,
        case
            when is_experiment and clients > 0
                then {{ mixed_ratio('deviation', 'part', 'parts', 'clients', 4) }}
        end as sample_ratio_chi2,
        case
            when not is_over then 'too_early'
            when
                is_experiment
                and 100 * deviation + {{ quotient('(100 * part + parts - 1)', 'parts') }}
                > 1083 * clients
                then 'srm_failed'
            when
                treatment_clients < {{ least_clients() }}
                or comparison_clients < {{ least_clients() }}
                then 'too_few'
            else 'ok'
        end as status
    from deviations

)

select * from tested
