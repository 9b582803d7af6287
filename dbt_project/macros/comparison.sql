{# The figures that `comparison` tells, in their order. #}
{% macro compared_figures() -%}
    {{ return([
        'points_outstanding',
        'points_issued',
        'points_redeemed',
        'redemptions',
        'redemption_points',
        'average_redemption_value',
        'active_clients',
        'points_per_active_client',
        'clients_with_transactions',
        'engagement_rate',
        'new_clients',
        'points_converted',
    ]) }}
{%- endmacro %}


{#
    The CTE `compared` of a range, and those that it is made of: each figure beside that of as many
    dates just before. `of`: `each` website, `all` of them together, or the one `requested`, null
    being all. Two spans are summed side by side, `is_before` saying which; a client with several
    dates in a span counts once.
#}
{% macro comparison(of) -%}
{%- set first, last = requested_from(), requested_to() -%}
{%- set last_before = first ~ ' - 1' -%}
{%- set first_before = first ~ ' - cast(' ~ last ~ ' - ' ~ first ~ ' + 1 as integer)' -%}
{%- set first_of_span =
    'if(returns.date < ' ~ first ~ ', ' ~ first_before ~ ', ' ~ first ~ ')' -%}
{%- set website = 'website_id' if of == 'each' -%}
spans as (

    select
        {{ 'websites.website_id,' if website }}
        lengths.is_before,
        if(run.as_of is null, null, if(lengths.is_before, {{ first_before }}, {{ first }}))
            as first_date,
        if(run.as_of is null, null, if(lengths.is_before, {{ last_before }}, {{ last }}))
            as last_date
    from {{ mart(ref('dim_run')) }} as run
    cross join (select false as is_before union all select true as is_before) as lengths
    {% if website -%}
        cross join {{ mart(ref('dim_websites')) }} as websites
    {%- elif of == 'requested' -%}
        cross join requested
    {%- endif %}

),

points as (

    select
        {{ of_span('points', website) }},
        sum(points.issued) as issued,
        sum(points.redeemed) as redeemed,
        sum(if(points.date in ({{ last }}, {{ last_before }}), points.outstanding, 0))
            as outstanding
    from {{ mart(ref('fct_points_daily')) }} as points
    where
        {{ is_of_website('points') ~ ' and' if of == 'requested' }}
        points.date between {{ first_before }} and {{ last }}
    group by all

),

redemptions as (

    select
        {{ of_span('redemptions', website) }},
        sum(redemptions.redemptions) as redemptions,
        sum(redemptions.points) as points
    from {{ mart(ref('fct_redemptions_daily')) }} as redemptions
    where
        {{ is_of_website('redemptions') ~ ' and' if of == 'requested' }}
        redemptions.date between {{ first_before }} and {{ last }}
    group by all

),

conversions as (

    select
        {{ of_span('conversions', website) }},
        sum(conversions.points) as points
    from {{ mart(ref('fct_wallet_conversions')) }} as conversions
    where
        {{ is_of_website('conversions') ~ ' and' if of == 'requested' }}
        conversions.date between {{ first_before }} and {{ last }}
    group by all

),

active as (

    select
        {{ of_span('engagement', website) }},
        sum(engagement.active_clients) as clients
    from {{ mart(ref('fct_engagement_daily')) }} as engagement
    where
        {{ is_of_website('engagement') ~ ' and' if of == 'requested' }}
        engagement.date in ({{ last }}, {{ last_before }})
    group by all

),

transacting as (

    select
        {{ of_span('returns', website) }},
        sum(returns.clients) as clients
    from {{ mart(ref('fct_client_returns_daily')) }} as returns
    where
        {{ is_of_website('returns') ~ ' and' if of == 'requested' }}
        returns.date between {{ first_before }} and {{ last }}
        and {{ is_first_since('returns', first_of_span) }}
    group by all

),

members as (

    select
        {{ 'spans.website_id,' if website }}
        spans.is_before,
        sum({{ members_of('starts', 'spans.last_date') }}) as clients,
        sum(if(
            starts.date between spans.first_date and spans.last_date, starts.new_clients, 0
        )) as new_clients
    from spans
    inner join {{ mart(ref('fct_client_starts_daily')) }} as starts
        on
            {{ 'spans.website_id = starts.website_id' if website
                else is_of_website('starts') if of == 'requested' else 'true' }}
    group by all

),

{# At the end of the range. #}
latest_first_events as (

    select
        first_events.website_id,
        max(first_events.first_event_date) as first_event_date
    from {{ mart(ref('dim_first_events')) }} as first_events
    where
        {{ is_of_website('first_events') ~ ' and' if of == 'requested' }}
        first_events.first_event_date <= {{ last }}
    group by first_events.website_id

),

first_events as (

    select
        {{ 'latest.website_id,' if website }}
        min(latest.first_event_date) as first_event_date
    from latest_first_events as latest
    group by all

),

summed as (

    select
        {{ 'spans.website_id,' if website }}
        spans.is_before,
        coalesce(spans.first_date >= first_events.first_event_date, false) as is_after_first_event,
        coalesce(points.outstanding, 0) as points_outstanding,
        coalesce(points.issued, 0) as points_issued,
        coalesce(points.redeemed, 0) as points_redeemed,
        coalesce(redemptions.redemptions, 0) as redemptions,
        coalesce(redemptions.points, 0) as redemption_points,
        coalesce(active.clients, 0) as active_clients,
        coalesce(transacting.clients, 0) as clients_with_transactions,
        coalesce(members.clients, 0) as total_clients,
        coalesce(members.new_clients, 0) as new_clients,
        coalesce(conversions.points, 0) as points_converted
    from spans
    left join first_events
        on {{ 'spans.website_id = first_events.website_id' if website else 'true' }}
    {% for sums in ['points', 'redemptions', 'conversions', 'active', 'transacting', 'members'] -%}
        left join {{ sums }}
            on
                spans.is_before = {{ sums }}.is_before
                {{ 'and spans.website_id = ' ~ sums ~ '.website_id' if website }}
    {% endfor %}

),

rated as (

    select
        summed.*,
        {{ ratio('summed.redemption_points', 'summed.redemptions') }} as average_redemption_value,
        {{ ratio('summed.points_outstanding', 'summed.active_clients') }}
            as points_per_active_client,
        {{ ratio('100 * summed.clients_with_transactions', 'summed.total_clients') }}
            as engagement_rate
    from summed

),

figures as (

    {% for figure in compared_figures() -%}
        {{ 'union all' if not loop.first }}
        select
            {{ 'rated.website_id,' if website }}
            rated.is_before,
            rated.is_after_first_event,
            {{ loop.index }} as place,
            '{{ figure }}' as figure,
            cast(rated.{{ figure }} as decimal(38, 2)) as value
        from rated
    {% endfor %}

),

paired as (

    select
        {{ 'figures.website_id,' if website }}
        figures.place,
        figures.figure,
        figures.value,
        case when before.is_after_first_event then before.value end as value_before,
        if(before.is_after_first_event, 'ok', 'before_first_event') as status
    from figures
    inner join figures as before
        on
            figures.place = before.place
            {{ 'and figures.website_id = before.website_id' if website }}
    where not figures.is_before and before.is_before

),

{# Of the values as they are shown, so that a row can be checked by hand. #}
compared as (

    select
        {{ 'paired.website_id,' if website }}
        paired.place,
        paired.figure,
        paired.value,
        paired.value_before,
        cast(paired.value - paired.value_before as decimal(38, 2)) as change,
        {{ ratio_or_null(
            '100 * cast(100 * (paired.value - paired.value_before) as ' ~ whole_number() ~ ')',
            'abs(cast(100 * paired.value_before as ' ~ whole_number() ~ '))'
        ) }} as change_percentage,
        paired.status
    from paired

)
{%- endmacro %}

{# Which of both spans, and of each website, rows belong to. #}
{% macro of_span(rows, website) -%}
    {{ rows ~ '.website_id,' if website }}
    {{ rows }}.date < {{ requested_from() }} as is_before
{%- endmacro %}
