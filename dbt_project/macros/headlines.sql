{# The figures beside points outstanding of which a sentence may tell, as it names them. #}
{% macro further_figures() -%}
    {{ return({
        'redemptions': 'Redemptions',
        'points_issued': 'Points issued',
        'active_clients': 'Active clients',
        'clients_with_transactions': 'Clients with transactions',
        'new_clients': 'New clients',
    }) }}
{%- endmacro %}


{# Those of them that count clients or redemptions, which chance moves too. #}
{% macro counted_figures() -%}
    {{ return(['redemptions', 'active_clients', 'clients_with_transactions', 'new_clients']) }}
{%- endmacro %}


{# `rose 12 % to 340`: how a whole value became another one. #}
{% macro change_text(value, value_before) -%}
    {%- set percent -%}
        ({{ ratio('100 * abs(' ~ value ~ ' - ' ~ value_before ~ ')', value_before, decimals=0) }})
    {%- endset -%}
    if({{ value }} > {{ value_before }}, 'rose ', 'fell ')
    || case
        when
            {{ value }} <= 0
            or {{ value_before }} <= 0
            or {{ percent }} > if({{ value }} > {{ value_before }}, 100, 99)
            then 'from ' || {{ number_text(value_before) }}
        when {{ percent }} < 1 then 'by less than 1' || chr(160) || '%'
        else cast({{ percent }} as bigint) || chr(160) || '%'
    end
    || ' to ' || {{ number_text(value) }}
{%- endmacro %}


{# `54,000 points were issued`, and of what follows it `300 deducted`. #}
{% macro flow_text(points, done, is_first='true') -%}
    {{ number_text(points) }}
    || case when {{ is_first }} then if({{ points }} = 1, ' point was', ' points were') else '' end
    || ' {{ done }}'
{%- endmacro %}


{# The dates of a mart in the range, with one of its columns, or 0, for each of six kinds. #}
{% macro moves_of(rows, model, of, kinds) -%}
    select
        {{ rows ~ '.website_id' if of == 'each' else 'cast(0 as bigint)' }} as site_id,
        {{ rows }}.date,
        {% for name in ['issued', 'refunded', 'redeemed', 'deducted', 'spent', 'converted'] -%}
            {{ '0' if kinds[loop.index0] == '0' else rows ~ '.' ~ kinds[loop.index0] }} as {{ name }}
            {{- ',' if not loop.last }}
        {% endfor -%}
    from {{ mart(model) }} as {{ rows }}
    where
        {{ is_of_website(rows) ~ ' and' if of == 'requested' }}
        {{ rows }}.date between {{ requested_from() }} and {{ requested_to() }}
{%- endmacro %}


{#
    The steps to the figures that sentences are made of. They follow those of `comparison`, and are
    of the same websites: `each`, `all` together, or the one `requested`; `site_id` is the website's
    id, or 0 where there is but one to tell of.
#}
{% macro headline_figures(of) -%}
requested_periods as (

    select
        {{ 'websites.website_id' if of == 'each' else 'cast(0 as bigint)' }} as site_id,
        run.as_of,
        {{ requested_from() }} as first_date,
        {{ requested_to() }} as last_date,
        first_events.first_event_date
    from {{ mart(ref('dim_run')) }} as run
    {% if of == 'each' -%}
        cross join {{ mart(ref('dim_websites')) }} as websites
        left join first_events on websites.website_id = first_events.website_id
    {%- else -%}
        {{ 'cross join requested' if of == 'requested' }}
        left join first_events on true
    {%- endif %}

),

compared_of_sites as (

    select
        {{ 'compared.website_id' if of == 'each' else 'cast(0 as bigint)' }} as site_id,
        compared.figure,
        compared.value,
        compared.value_before,
        compared.change,
        compared.change_percentage,
        compared.status
    from compared

),

{# What moved points on each date, beside what those redeemed were used for. #}
moves as (

    {{ moves_of('points', ref('fct_points_daily'), of,
        ['issued', 'refunded', 'redeemed', 'deducted', '0', '0']) }}
    union all
    {{ moves_of('redemptions', ref('fct_redemptions_daily'), of,
        ['0', '0', '0', '0', 'points', '0']) }}
    union all
    {{ moves_of('conversions', ref('fct_wallet_conversions'), of,
        ['0', '0', '0', '0', '0', 'points']) }}

),

daily as (

    select
        moves.site_id,
        moves.date,
        sum(moves.issued) as issued,
        sum(moves.refunded) as refunded,
        sum(moves.redeemed) as redeemed,
        sum(moves.deducted) as deducted,
        sum(moves.spent) as spent,
        sum(moves.converted) as converted
    from moves
    group by moves.site_id, moves.date

),

periods as (

    select
        *,
        case
            when last_date = first_date then 'a day'
            else {{ number_text('last_date - first_date + 1') }} || ' days'
        end as length,
        case
            when last_date = first_date then 'the day before'
            else 'the ' || {{ number_text('last_date - first_date + 1') }} || ' days before'
        end as length_before,
        year(first_date) != year(last_date) as has_years
    from requested_periods

),

totals as (

    select
        compared.site_id,
        bool_or(status = 'before_first_event') as has_none_before,
        {% for figure in [
            'points_outstanding', 'redemptions', 'redemption_points', 'active_clients',
            'clients_with_transactions'
        ] -%}
            max(value) filter (where figure = '{{ figure }}') as {{ figure }},
        {% endfor -%}
        max(value_before) filter (where figure = 'points_outstanding') as outstanding_before
    from compared_of_sites as compared
    group by compared.site_id

),

movements as (

    select
        daily.site_id,
        sum(issued) as issued,
        sum(redeemed) as redeemed,
        sum(deducted) as deducted,
        sum(issued - redeemed - deducted) as change,
        sum(greatest(issued - redeemed - deducted, 0)) as gained,
        sum(greatest(redeemed + deducted - issued, 0)) as lost
    from daily
    group by daily.site_id

),

{#
    The day of each website that moved its points furthest in the direction of their change, where
    it made most of what moved them that way and the others didn't make up for most of it.
#}
furthest_days as (

    select
        daily.*,
        movements.change > 0 as is_gain,
        abs(daily.issued - daily.redeemed - daily.deducted) as net
    from daily
    inner join movements on daily.site_id = movements.site_id
    where
        (movements.change > 0 and daily.issued > daily.redeemed + daily.deducted)
        or (movements.change < 0 and daily.issued < daily.redeemed + daily.deducted)
    qualify
        row_number() over (partition by daily.site_id order by net desc, daily.date) = 1
        and 2 * net >= if(is_gain, movements.gained, movements.lost)
        and 2 * abs(movements.change) >= net

),

{# What the ledger redeemed is split by its uses where they come to no more than that. #}
split_days as (

    select
        furthest_days.site_id,
        date,
        net,
        if(is_gain, issued - refunded, 0) as issued,
        if(is_gain, refunded, 0) as refunded,
        if(is_gain or spent + converted > redeemed, 0, spent) as spent,
        if(is_gain or spent + converted > redeemed, 0, converted) as converted,
        if(is_gain, 0, deducted) as deducted,
        if(is_gain, 0, redeemed - if(spent + converted > redeemed, 0, spent + converted))
            as redeemed_otherwise
    from furthest_days

),

day_parts as (

    select
        *,
        greatest(issued, refunded, spent, converted, deducted, redeemed_otherwise) as points
    from split_days

),

day_texts as (

    select
        day_parts.site_id,
        date,
        net,
        case
            when 2 * points < net then null
            {% for part, done in {
                'issued': 'issued',
                'refunded': 'refunded',
                'spent': 'redeemed on items',
                'converted': 'converted to wallet credit',
                'deducted': 'deducted',
                'redeemed_otherwise': 'redeemed',
            }.items() -%}
                when points = {{ part }} then {{ flow_text('points', done) }}
            {% endfor -%}
        end as part
    from day_parts

)
{%- endmacro %}


{#
    The steps from those figures to sentences, by the rules of docs/metrics.md; the last one is
    `headlines`.
#}
{% macro headline_sentences() -%}
flows as (

    select
        movements.site_id,
        change,
        case when issued > 0 then {{ flow_text('issued', 'issued') }} end as issued,
        case when redeemed > 0 then {{ flow_text('redeemed', 'redeemed', 'issued = 0') }} end
            as redeemed,
        case
            when deducted > 0 then {{ flow_text('deducted', 'deducted', 'issued + redeemed = 0') }}
        end as deducted
    from movements

),

{# `54,000 points were issued, 20,100 redeemed and 300 deducted`: those that are not 0, if any. #}
flow_texts as (

    select
        flows.site_id,
        change,
        coalesce(
            issued || ', ' || redeemed || ' and ' || deducted,
            nullif(concat_ws(' and ', issued, redeemed, deducted), '')
        ) as flow
    from flows

),

{# What is said of the points outstanding, which always comes first. #}
first_sentences as (

    select
        periods.site_id,
        cast(0 as bigint) as rank,
        'points_outstanding' as figure,
        case
            when periods.as_of is null then 'There is no event yet.'
            when coalesce(periods.first_event_date > periods.last_date, true)
                then 'There is no event up to ' || {{ date_text('periods.last_date') }} || '.'
            when totals.has_none_before
                then
                    case
                        when periods.first_event_date < periods.first_date
                            then 'In these ' || periods.length
                        when periods.first_event_date = periods.last_date
                            then 'On the programme''s first day'
                        else
                            'In the programme''s first '
                            || {{ number_text('periods.last_date - periods.first_event_date + 1') }}
                            || ' days'
                    end
                    || ', '
                    || coalesce(flow_texts.flow, 'no points were issued, redeemed or deducted')
                    || ': points outstanding stand at '
                    || {{ number_text('totals.points_outstanding') }} || '.'
            when flow_texts.flow is null
                then
                    'Nothing was issued, redeemed or deducted in ' || periods.length
                    || ': points outstanding stayed at '
                    || {{ number_text('totals.points_outstanding') }} || '.'
            when flow_texts.change = 0
                then
                    'Points outstanding stayed at '
                    || {{ number_text('totals.points_outstanding') }}
                    || ' in ' || periods.length || ': ' || flow_texts.flow || '.'
            else
                'Points outstanding '
                || {{ change_text('totals.points_outstanding', 'totals.outstanding_before') }}
                || ' in ' || periods.length
                || case
                    when day_texts.site_id is null then ': ' || flow_texts.flow
                    when day_texts.part is null
                        then
                            ', by ' || {{ number_text('day_texts.net') }} || ' on '
                            || {{ date_text('day_texts.date', 'periods.has_years') }} || ' alone'
                    else
                        ': ' || day_texts.part || ' on '
                        || {{ date_text('day_texts.date', 'periods.has_years') }}
                end
                || '.'
        end as sentence
    from periods
    left join totals on periods.site_id = totals.site_id
    left join flow_texts on periods.site_id = flow_texts.site_id
    left join day_texts on periods.site_id = day_texts.site_id

),

{# Changes of a tenth and more; of counts, those that are more than chance. #}
changed_figures as (

    select
        periods.site_id,
        1 + row_number() over (
            partition by periods.site_id
            order by
                abs(compared.change_percentage) desc nulls first,
                case compared.figure
                    {%- for figure in further_figures() %} when '{{ figure }}' then {{ loop.index }}
                    {%- endfor %}
                end
        ) as rank,
        compared.figure,
        case compared.figure
            {%- for figure, name in further_figures().items() %} when '{{ figure }}' then '{{ name }}'
            {%- endfor %}
        end
        || ' ' || {{ change_text('compared.value', 'compared.value_before') }}
        || if(
            compared.figure = 'active_clients',
            ' in ' || periods.length,
            ' compared with ' || periods.length_before
        ) || '.' as sentence
    from compared_of_sites as compared
    inner join periods on compared.site_id = periods.site_id
    where
        compared.figure in ({{ as_literals(further_figures()) }})
        and compared.change != 0
        and 10 * abs(compared.change) >= compared.value_before
        and case
            when compared.figure in ({{ as_literals(counted_figures()) }})
                then
                    compared.change * compared.change
                    >= 4 * (compared.value + compared.value_before)
            else true
        end

),

{# What there was, where there is nothing to compare it with. #}
bare_figures as (

    select
        totals.site_id,
        cast(1 as bigint) as rank,
        'redemptions' as figure,
        {{ counted_text('redemptions', 'redemption') }} || ' used '
        || {{ counted_text('redemption_points', 'point') }} || '.' as sentence
    from totals
    where has_none_before and redemptions > 0
    union all
    select
        totals.site_id,
        cast(2 as bigint) as rank,
        'clients_with_transactions' as figure,
        {{ counted_text('clients_with_transactions', 'client') }} || ' had transactions; '
        || {{ counted_text('active_clients', 'client') }}
        || if(active_clients = 1, ' has', ' have') || ' a balance above 0.' as sentence
    from totals
    where has_none_before and (clients_with_transactions > 0 or active_clients > 0)

),

sentences as (

    select * from first_sentences
    union all
    select * from changed_figures
    union all
    select * from bare_figures

),

headlines as (

    select
        sentences.site_id,
        cast(row_number() over (partition by sentences.site_id order by rank) as integer) as place,
        figure,
        sentence
    from sentences
    qualify place <= 3

)
{%- endmacro %}
