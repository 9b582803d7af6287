{#
    The analytics record of each range (website_id, date_from, date_to) of the CTE `ranges`:
    CTEs, the last of which is `records`. `loyalty_analytics` and the published table macro
    `calculate_analytics` are both made of it. A range that isn't one, ends after as_of or
    belongs to no website has no record.

    `published`: as the body of a table macro (see `publish`). Its parameters stand for every
    column of their name that is not qualified, so here all are.
#}
{% macro analytics_records(ranges, published=false) -%}
requested_ranges as (

    select
        ranges.website_id,
        ranges.date_from,
        ranges.date_to
    from {{ ranges }} as ranges
    inner join {{ mart(ref('dim_websites'), published) }} as websites
        on ranges.website_id = websites.website_id
    inner join {{ mart(ref('dim_run'), published) }} as run on ranges.date_to <= run.as_of
    where ranges.date_from <= ranges.date_to

),

range_points as (

    select
        ranges.website_id,
        ranges.date_from,
        ranges.date_to,
        coalesce(sum(points.issued), 0) as issued,
        coalesce(sum(points.redeemed), 0) as redeemed,
        coalesce(max(points.outstanding) filter (where points.date = ranges.date_to), 0) as outstanding
    from requested_ranges as ranges
    left join {{ mart(ref('fct_points_daily'), published) }} as points
        on
            ranges.website_id = points.website_id
            and points.date between ranges.date_from and ranges.date_to
    group by ranges.website_id, ranges.date_from, ranges.date_to

),

{# One row for each date of each range, so that redemptions are found by equal dates. #}
range_dates as (

    select
        ranges.website_id,
        ranges.date_from,
        ranges.date_to,
        {{ each_date('ranges.date_from', 'ranges.date_to') }} as date
    from requested_ranges as ranges

),

range_redemptions as (

    select
        range_dates.website_id,
        range_dates.date_from,
        range_dates.date_to,
        requests.client_id,
        requests.item_id,
        requests.points
    from range_dates
    inner join {{ mart(ref('fct_redemption_requests'), published) }} as requests
        on
            range_dates.website_id = requests.website_id
            and range_dates.date = requests.date
    where requests.is_redemption

),

range_redemption_totals as (

    select
        redemptions.website_id,
        redemptions.date_from,
        redemptions.date_to,
        count(*) as redemptions,
        sum(redemptions.points) as points,
        count(distinct redemptions.client_id) as clients
    from range_redemptions as redemptions
    group by redemptions.website_id, redemptions.date_from, redemptions.date_to

),

range_items as (

    select
        redemptions.website_id,
        redemptions.date_from,
        redemptions.date_to,
        redemptions.item_id,
        row_number() over (
            partition by redemptions.website_id, redemptions.date_from, redemptions.date_to
            order by count(*) desc, redemptions.item_id
        ) as popularity
    from range_redemptions as redemptions
    group by
        redemptions.website_id, redemptions.date_from, redemptions.date_to, redemptions.item_id

),

range_tiers as (

    select
        ranges.website_id,
        ranges.date_from,
        ranges.date_to,
        {% for tier in ['bronze', 'silver', 'gold', 'platinum'] -%}
        sum(levels.active_clients) filter (where {{ has_word('tiers.tier_name', tier) }})
            as {{ tier }}_count{{ ',' if not loop.last }}
        {% endfor %}
    from requested_ranges as ranges
    inner join {{ mart(ref('fct_tier_distribution_daily'), published) }} as levels
        on ranges.website_id = levels.website_id and ranges.date_to = levels.date
    inner join {{ mart(ref('dim_tiers'), published) }} as tiers on levels.tier_id = tiers.tier_id
    group by ranges.website_id, ranges.date_from, ranges.date_to

),

records as (

    select
        {{ record_id('ranges.website_id', 'ranges.date_from', 'ranges.date_to') }} as id,
        ranges.website_id as website,
        ranges.date_from,
        ranges.date_to,
        cast(coalesce(engagement.active_clients, 0) as bigint) as total_active_clients,
        cast(range_points.issued as bigint) as total_points_issued,
        cast(range_points.redeemed as bigint) as total_points_redeemed,
        cast(range_points.outstanding as bigint) as total_points_balance,
        cast(coalesce(totals.redemptions, 0) as bigint) as total_redemptions,
        cast(coalesce(totals.points, 0) as bigint) as total_redemption_value,
        range_items.item_id as most_popular_item,
        items.item_name as most_popular_item_name,
        {% for tier in ['bronze', 'silver', 'gold', 'platinum'] -%}
        cast(coalesce(range_tiers.{{ tier }}_count, 0) as bigint) as {{ tier }}_count,
        {% endfor -%}
        {{ ratio('100 * coalesce(totals.clients, 0)', 'engagement.active_clients') }}
            as active_redemptions_ratio,
        {{ ratio('range_points.outstanding', 'engagement.active_clients') }}
            as average_points_per_client
    from requested_ranges as ranges
    inner join range_points
        on
            ranges.website_id = range_points.website_id
            and ranges.date_from = range_points.date_from
            and ranges.date_to = range_points.date_to
    left join {{ mart(ref('fct_engagement_daily'), published) }} as engagement
        on ranges.website_id = engagement.website_id and ranges.date_to = engagement.date
    left join range_redemption_totals as totals
        on
            ranges.website_id = totals.website_id
            and ranges.date_from = totals.date_from
            and ranges.date_to = totals.date_to
    left join range_items
        on
            ranges.website_id = range_items.website_id
            and ranges.date_from = range_items.date_from
            and ranges.date_to = range_items.date_to
            and range_items.popularity = 1
    left join {{ mart(ref('dim_redemption_items'), published) }} as items
        on range_items.item_id = items.item_id
    left join range_tiers
        on
            ranges.website_id = range_tiers.website_id
            and ranges.date_from = range_tiers.date_from
            and ranges.date_to = range_tiers.date_to

)
{%- endmacro %}


{#
    Whether a text contains a word of lower case, in any case. Turkish writes PLATİNUM; engines
    don't agree on the small letter of its İ.
#}
{% macro has_word(text, word) -%}
    contains(lower(replace({{ text }}, 'İ', 'i')), '{{ word }}')
{%- endmacro %}

{#
    The id of a record: a number that reads back to its website and dates, up to the last website
    for which JavaScript counts it exactly; for every other one 52 bits of a digest of the three.
#}
{% macro record_id(website_id, date_from, date_to) -%}
    case
        when {{ website_id }} between 1 and {{ max_readable_website() }}
            then cast(
                {{ website_id }} * 10000000000
                + cast({{ date_from }} - date '{{ first_date() }}' as bigint) * 100000
                + cast({{ date_to }} - date '{{ first_date() }}' as bigint) as bigint
            )
        else {{ from_hexadecimal(
            'left(md5(' ~ website_id ~ " || '|' || " ~ date_from ~ " || '|' || " ~ date_to ~ '), 13)'
        ) }}
    end
{%- endmacro %}
