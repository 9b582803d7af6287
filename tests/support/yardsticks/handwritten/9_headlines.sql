-- Sentences on the windows that are exported, of each website and, with a null id, of all.

create temp macro in_words(number) as
    format('{:,}', abs(number)::bigint) || if(number < 0, ' below zero', '');
create temp macro count_of(number, noun) as
    in_words(number) || ' ' || noun || if(number = 1, '', 's');
create temp macro points_were(number) as
    count_of(number, 'point') || if(number = 1, ' was ', ' were ');
create temp macro day_text(day, has_year) as
    strftime(day, '%b %-d') || if(has_year, strftime(day, ', %Y'), '');
create temp macro percent_of(change, whole) as
    ((200 * abs(change) + whole)::bigint // (2 * whole)::bigint);
create temp macro changed(number, before) as
    if(number > before, 'rose ', 'fell ')
    || case
        when number <= 0 or before <= 0 or percent_of(number - before, before) > if(number > before, 100, 99)
            then 'from ' || in_words(before)
        when percent_of(number - before, before) = 0 then 'by less than 1' || chr(160) || '%'
        else percent_of(number - before, before) || chr(160) || '%'
    end
    || ' to ' || in_words(number);

create temp table headline_figures as
select
    website_id, days, figure, value::bigint as number, value_before::bigint as before,
    change_percentage, status = 'ok' as has_before
from payload_comparison
union all
select
    null, days, figure, value::bigint, value_before::bigint, change_percentage, status = 'ok'
from payload_all_comparison;

create temp table moves as
select
    website_id, date, sum(issued) as issued, sum(refunded) as refunded, sum(redeemed) as redeemed,
    sum(deducted) as deducted, sum(spent) as spent, sum(converted) as converted,
    sum(issued - redeemed - deducted) as net
from (
    select website_id, date, issued, refunded, redeemed, deducted, 0 as spent, 0 as converted
    from fct_points_daily
    union all
    select website_id, date, 0, 0, 0, 0, points, 0 from fct_redemptions_daily
    union all
    select website_id, date, 0, 0, 0, 0, 0, points from fct_wallet_conversions
)
group by grouping sets ((website_id, date), (date));

create temp table told_windows as
select
    websites.website_id, windows.days, first_date, as_of() - days + 1 as date_from,
    if(days = 1, 'a day', days || ' days') as length,
    year(as_of() - days + 1) != year(as_of()) as has_years
from (
    select website_id, first_date from dim_websites left join first_events using (website_id)
    union all
    select null, min(first_date) from first_events
) as websites
cross join windows;

create temp table moved as
select
    frame.website_id, frame.days, sum(issued) as issued, sum(redeemed) as redeemed,
    sum(deducted) as deducted, sum(net) as change, sum(greatest(net, 0)) as gained,
    sum(greatest(-net, 0)) as lost
from told_windows as frame
inner join moves on frame.website_id is not distinct from moves.website_id and date >= date_from
group by frame.website_id, frame.days;

create temp table told_days as
with days_along as (
    select
        moved.website_id, moved.days, moves.* exclude (website_id), has_years,
        if(change > 0, 1, -1) * net as along, change > 0 as is_gain
    from moved
    inner join told_windows as frame
        on moved.website_id is not distinct from frame.website_id and moved.days = frame.days
    inner join moves
        on frame.website_id is not distinct from moves.website_id and date >= date_from
    where if(change > 0, 1, -1) * net > 0
    qualify
        row_number() over (partition by moved.website_id, moved.days order by along desc, date) = 1
        and 2 * along >= if(is_gain, gained, lost) and 2 * abs(change) >= along
),

split as (
    select *, not is_gain and spent + converted <= redeemed as has_uses from days_along
),

kinds as (
    select
        *, unnest([
            {rank: 1, points: if(is_gain, issued - refunded, 0), kind: 'issued'},
            {rank: 2, points: if(is_gain, refunded, 0), kind: 'refunded'},
            {rank: 3, points: if(has_uses, spent, 0), kind: 'redeemed on items'},
            {rank: 4, points: if(has_uses, converted, 0), kind: 'converted to wallet credit'},
            {rank: 5, points: if(is_gain, 0, deducted), kind: 'deducted'},
            {
                rank: 6,
                points: if(is_gain, 0, redeemed - if(has_uses, spent + converted, 0)),
                kind: 'redeemed'
            }
        ]) as most
    from split
),

told_kinds as (
    select * from kinds
    qualify
        row_number() over (
            partition by website_id, days order by most.points desc, most.rank
        ) = 1
)

select
    website_id, days,
    if(
        2 * most.points < along,
        ', by ' || in_words(along) || ' on ' || day_text(date, has_years) || ' alone',
        ': ' || points_were(most.points) || most.kind || ' on ' || day_text(date, has_years)
    ) as told
from told_kinds;

create temp table told as
with flows as (
    select
        frame.*, change, told_days.told,
        list_filter([
            {points: issued, kind: ' issued'}, {points: redeemed, kind: ' redeemed'},
            {points: deducted, kind: ' deducted'}
        ], lambda each: each.points > 0) as parts
    from told_windows as frame
    left join moved
        on frame.website_id is not distinct from moved.website_id and frame.days = moved.days
    left join told_days
        on
            frame.website_id is not distinct from told_days.website_id
            and frame.days = told_days.days
),

phrases as (
    select
        * exclude (parts),
        list_transform(parts, lambda each, place:
            if(place = 1, rtrim(points_were(each.points)), in_words(each.points)) || each.kind
        ) as parts
    from flows
),

worded as (
    select
        *,
        case len(parts)
            when 3 then parts[1] || ', ' || parts[2] || ' and ' || parts[3]
            when 0 then null
            else array_to_string(parts, ' and ')
        end as flow
    from phrases
),

figures as (
    pivot (select website_id, days, figure, number, before, has_before from headline_figures)
    on figure in (
        'points_outstanding', 'redemptions', 'redemption_points', 'active_clients',
        'clients_with_transactions'
    )
    using max(number) as number, max(before) as before
    group by website_id, days, has_before
),

windows_told as (
    select worded.*, figures.* exclude (website_id, days)
    from worded
    inner join figures
        on
            worded.website_id is not distinct from figures.website_id
            and worded.days = figures.days
)

select
    website_id, days, 0 as rank, 'points_outstanding' as figure,
    case
        when first_date is null then 'There is no event up to ' || day_text(as_of(), true)
        when not has_before
            then
                case
                    when first_date < date_from then 'In these ' || length
                    when first_date = as_of() then 'On the programme''s first day'
                    else
                        'In the programme''s first '
                        || in_words(as_of() - first_date + 1) || ' days'
                end
                || ', ' || coalesce(flow, 'no points were issued, redeemed or deducted')
                || ': points outstanding stand at ' || in_words(points_outstanding_number)
        when flow is null
            then
                'Nothing was issued, redeemed or deducted in ' || length
                || ': points outstanding stayed at ' || in_words(points_outstanding_number)
        when change = 0
            then
                'Points outstanding stayed at ' || in_words(points_outstanding_number)
                || ' in ' || length || ': ' || flow
        else
            'Points outstanding '
            || changed(points_outstanding_number, points_outstanding_before)
            || ' in ' || length || coalesce(told, ': ' || flow)
    end || '.' as sentence
from windows_told
union all
select
    website_id, days, 1, 'redemptions',
    count_of(redemptions_number, 'redemption') || ' used '
    || count_of(redemption_points_number, 'point') || '.'
from windows_told
where not has_before and redemptions_number > 0
union all
select
    website_id, days, 2, 'clients_with_transactions',
    count_of(clients_with_transactions_number, 'client') || ' had transactions; '
    || count_of(active_clients_number, 'client')
    || if(active_clients_number = 1, ' has', ' have') || ' a balance above 0.'
from windows_told
where not has_before and greatest(clients_with_transactions_number, active_clients_number) > 0
union all
select
    headline_figures.website_id, headline_figures.days,
    row_number() over (
        partition by headline_figures.website_id, headline_figures.days
        order by abs(change_percentage) desc nulls first, list_position(told_figures, figure)
    ),
    figure,
    ['Redemptions', 'Points issued', 'Active clients', 'Clients with transactions', 'New clients']
        [list_position(told_figures, figure)]
    || ' ' || changed(number, before)
    || if(figure = 'active_clients', ' in ' || length, ' compared with the ' || before_text)
    || '.'
from headline_figures
cross join (
    select [
        'redemptions', 'points_issued', 'active_clients', 'clients_with_transactions', 'new_clients'
    ] as told_figures
)
inner join (
    select *, if(days = 1, 'day before', length || ' before') as before_text from told_windows
) as frame
    on
        headline_figures.website_id is not distinct from frame.website_id
        and headline_figures.days = frame.days
where
    figure in told_figures and has_before and number != before
    and 10 * abs(number - before) >= before
    and case
        when figure = 'points_issued' then true
        else (number - before)::hugeint * (number - before) >= 4 * (number + before)
    end;

create temp table told_headlines as
select
    website_id, days, figure, sentence,
    row_number() over (partition by website_id, days order by rank)::integer as place
from told
qualify place <= 3;

create table payload_headlines as select * from told_headlines where website_id is not null;

create table payload_all_headlines as
select * exclude (website_id) from told_headlines where website_id is null;
