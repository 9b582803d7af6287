{{ config(post_hook="{{ publish_client() }}") }}

with

run as (

    select * from {{ ref('int_run') }}

),

redemptions as (

    select
        requests.client_id,
        count(*) as redemptions
    from {{ ref('fct_redemption_requests') }} as requests
    inner join run on requests.date > run.as_of - {{ rfm_days() }}
    where requests.is_redemption
    group by requests.client_id

),

members as (

    select * from {{ ref('dim_clients') }}
    where is_member

),

{# Null where there is no activity date yet. #}
measured as (

    select
        members.client_id,
        members.website_id,
        members.balance,
        members.lifetime_issued,
        members.tier_id,
        coalesce(redemptions.redemptions, 0) as redemptions,
        {{ lifecycle_on(0) }} as lifecycle,
        if(
            coalesce(members.member_since_date <= run.as_of - {{ days_before() }}, true),
            {{ lifecycle_on(days_before()) }},
            null
        ) as lifecycle_before,
        {{ recency_on(0) }} as recency_days,
        {{ frequency_on(0) }} as frequency,
        {{ monetary_on(0) }} as monetary_points,
        {{ recency_on(days_before()) }} as recency_days_before,
        {{ frequency_on(days_before()) }} as frequency_before
    from members
    cross join run
    left join {{ ref('int_client_totals') }} as totals on members.client_id = totals.client_id
    left join redemptions on members.client_id = redemptions.client_id

),

measures as (

    select
        website_id,
        measure,
        value
    from measured unpivot (
        value for measure in (
            recency_days, frequency, monetary_points, recency_days_before, frequency_before
        )
    )

),

values_in_order as (

    select
        website_id,
        measure,
        value,
        sum(count(*)) over (
            partition by website_id, measure
            order by value
        ) as clients_up_to_it,
        sum(count(*)) over (partition by website_id, measure) as clients
    from measures
    group by website_id, measure, value

),

{# Of n sorted values, numbered from 0, the one at (n - 1) * k / 5, rounded down. #}
thresholds as (

    select
        website_id,
        measure,
    {% for fifth in range(1, 5) %}
        min(value) filter (where 5 * clients_up_to_it > {{ fifth }} * (clients - 1))
            as threshold_{{ fifth }}{{ ',' if not loop.last }}
    {% endfor %}
    from values_in_order
    group by website_id, measure

),

scored as (

    select
        measured.*,
        6 - {{ score('measured.recency_days', 'recency') }} as recency_score,
        {{ score('measured.frequency', 'frequency') }} as frequency_score,
        {{ score('measured.monetary_points', 'monetary') }} as monetary_score,
        6 - {{ score('measured.recency_days_before', 'recency_before') }} as recency_score_before,
        {{ score('measured.frequency_before', 'frequency_before') }} as frequency_score_before
    from measured
    {{ with_thresholds('recency_days', 'recency') }}
    {{ with_thresholds('frequency', 'frequency') }}
    {{ with_thresholds('monetary_points', 'monetary') }}
    {{ with_thresholds('recency_days_before', 'recency_before') }}
    {{ with_thresholds('frequency_before', 'frequency_before') }}

),

segmented as (

    select
        website_id,
        client_id,
        recency_days,
        frequency,
        monetary_points,
        recency_score,
        frequency_score,
        monetary_score,
        {{ segment('recency_score', 'frequency_score') }} as segment,
        {{ segment('recency_score_before', 'frequency_score_before') }} as segment_before,
        lifecycle,
        lifecycle_before,
        balance,
        lifetime_issued,
        redemptions,
        tier_id
    from scored

)

select * from segmented
order by client_id
