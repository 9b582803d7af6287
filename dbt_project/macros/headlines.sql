{# The figures beside points outstanding of which a sentence may tell, as it names them. #}
{% macro told_figures() -%}
    {{ return({
        'redemptions': 'Redemptions',
        'points_issued': 'Points issued',
        'active_clients': 'Active clients',
        'clients_with_transactions': 'Clients with transactions',
        'new_clients': 'New clients',
    }) }}
{%- endmacro %}


{# `rose 12 % to 340`: how a value became another one. Both are hugeint, and differ. #}
{% macro change_text(value, value_before) -%}
    {%- set percent -%}
        ({{ ratio('100 * abs(' ~ value ~ ' - ' ~ value_before ~ ')', value_before, decimals=0) }})
    {%- endset -%}
    if({{ value }} > {{ value_before }}, 'rose ', 'fell ')
    || case
        when {{ value }} <= 0 or {{ value_before }} <= 0 or {{ percent }} > 100
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


{#
    The steps from figures to sentences, by the rules of docs/metrics.md. They take `ranges`, a row
    for each website: website_id, as_of, first_date, last_date, first_event_date; `compared`, its
    rows of `comparison`; and `daily`, its dates of the range: date, issued, refunded, redeemed,
    deducted, spent, converted. The last step is `headlines`. The parameters of a table macro stand
    for every column of their name that is not qualified, so each website_id is.
#}
{% macro headline_steps() -%}
spans as (

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
    from ranges

),

figures as (

    select
        compared.website_id,
        bool_or(status = 'before_first_event') as has_none_before,
        {% for figure in [
            'points_outstanding', 'redemptions', 'redemption_points', 'active_clients',
            'clients_with_transactions'
        ] -%}
            max(value) filter (where figure = '{{ figure }}') as {{ figure }},
        {% endfor -%}
        max(value_before) filter (where figure = 'points_outstanding') as outstanding_before
    from compared
    group by compared.website_id

),

movements as (

    select
        daily.website_id,
        sum(issued) as issued,
        sum(redeemed) as redeemed,
        sum(deducted) as deducted,
        sum(issued - redeemed - deducted) as change,
        sum(greatest(issued - redeemed - deducted, 0)) as gained,
        sum(greatest(redeemed + deducted - issued, 0)) as lost
    from daily
    group by daily.website_id

),

{# The day of each website that moved its points furthest in the direction of their change. #}
furthest_days as (

    select
        daily.*,
        movements.change > 0 as is_gain,
        abs(daily.issued - daily.redeemed - daily.deducted) as net
    from daily
    inner join movements on daily.website_id = movements.website_id
    where
        (movements.change > 0 and daily.issued > daily.redeemed + daily.deducted)
        or (movements.change < 0 and daily.issued < daily.redeemed + daily.deducted)
    qualify
        row_number() over (partition by daily.website_id order by net desc, daily.date) = 1
        and 2 * net >= if(is_gain, movements.gained, movements.lost)

),

{# What the ledger redeemed is split by its uses where they come to no more than that. #}
split_days as (

    select
        furthest_days.website_id,
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
        day_parts.website_id,
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

),

flows as (

    select
        movements.website_id,
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
        flows.website_id,
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
        spans.website_id,
        cast(0 as bigint) as rank,
        'points_outstanding' as figure,
        case
            when spans.as_of is null then 'There is no event yet.'
            when coalesce(spans.first_event_date > spans.last_date, true)
                then 'There is no event up to ' || {{ date_text('spans.last_date') }} || '.'
            when figures.has_none_before
                then
                    case
                        when spans.first_event_date < spans.first_date
                            then 'In these ' || spans.length
                        when spans.first_event_date = spans.last_date
                            then 'On the programme''s first day'
                        else
                            'In the programme''s first '
                            || {{ number_text('spans.last_date - spans.first_event_date + 1') }}
                            || ' days'
                    end
                    || ', '
                    || coalesce(flow_texts.flow, 'no points were issued, redeemed or deducted')
                    || ': points outstanding stand at '
                    || {{ number_text('figures.points_outstanding') }} || '.'
            when flow_texts.flow is null
                then
                    'Nothing was issued, redeemed or deducted in ' || spans.length
                    || ': points outstanding stayed at '
                    || {{ number_text('figures.points_outstanding') }} || '.'
            when flow_texts.change = 0
                then
                    'Points outstanding stayed at '
                    || {{ number_text('figures.points_outstanding') }}
                    || ' in ' || spans.length || ': ' || flow_texts.flow || '.'
            else
                'Points outstanding '
                || {{ change_text('figures.points_outstanding', 'figures.outstanding_before') }}
                || ' in ' || spans.length
                || case
                    when day_texts.website_id is null then ': ' || flow_texts.flow
                    when day_texts.part is null
                        then
                            ', by ' || {{ number_text('day_texts.net') }} || ' on '
                            || {{ date_text('day_texts.date', 'spans.has_years') }} || ' alone'
                    else
                        ': ' || day_texts.part || ' on '
                        || {{ date_text('day_texts.date', 'spans.has_years') }}
                end
                || '.'
        end as sentence
    from spans
    left join figures on spans.website_id = figures.website_id
    left join flow_texts on spans.website_id = flow_texts.website_id
    left join day_texts on spans.website_id = day_texts.website_id

),

{# Changes of a tenth and more; of counts, those that are more than chance. #}
changed_figures as (

    select
        spans.website_id,
        1 + row_number() over (
            partition by spans.website_id
            order by
                abs(compared.change_percentage) desc nulls first,
                case compared.figure
                    {%- for figure in told_figures() %} when '{{ figure }}' then {{ loop.index }}
                    {%- endfor %}
                end
        ) as rank,
        compared.figure,
        case compared.figure
            {%- for figure, name in told_figures().items() %} when '{{ figure }}' then '{{ name }}'
            {%- endfor %}
        end
        || ' ' || {{ change_text('compared.value', 'compared.value_before') }}
        || if(
            compared.figure = 'active_clients',
            ' in ' || spans.length,
            ' compared with ' || spans.length_before
        ) || '.' as sentence
    from compared
    inner join spans on compared.website_id = spans.website_id
    where
        compared.figure in ({{ as_literals(told_figures()) }})
        and compared.change != 0
        and 10 * abs(compared.change) >= compared.value_before
        and (
            compared.figure = 'points_issued'
            or compared.change * compared.change >= 4 * (compared.value + compared.value_before)
        )

),

{# What there was, where there is nothing to compare it with. #}
bare_figures as (

    select
        figures.website_id,
        cast(1 as bigint) as rank,
        'redemptions' as figure,
        {{ counted_text('redemptions', 'redemption') }} || ' used '
        || {{ counted_text('redemption_points', 'point') }} || '.' as sentence
    from figures
    where has_none_before and redemptions > 0
    union all
    select
        figures.website_id,
        cast(2 as bigint) as rank,
        'clients_with_transactions' as figure,
        {{ counted_text('clients_with_transactions', 'client') }} || ' had transactions; '
        || {{ counted_text('active_clients', 'client') }}
        || if(active_clients = 1, ' has', ' have') || ' a balance above 0.' as sentence
    from figures
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
        sentences.website_id,
        cast(row_number() over (partition by sentences.website_id order by rank) as integer) as place,
        figure,
        sentence
    from sentences
    qualify place <= 3

)
{%- endmacro %}
