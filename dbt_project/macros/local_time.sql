{#
    What a website's clocks showed at an instant. To ask the calendar of its timezone for each row
    takes longer than all else in a full build. Clocks are changed on few days: the calendar is
    asked at both ends of each day, and row by row only where they differ.
#}

{% macro utc_date(instant) -%}
    cast({{ clock_time_of(micros(instant)) }} as date)
{%- endmacro %}

{# By how many microseconds the clocks are ahead of UTC when a UTC date begins. #}
{% macro utc_offset(timezone, date) -%}
    {{ micros(clock_time(timezone, instant_of(micros(date)))) }} - {{ micros(date) }}
{%- endmacro %}

{#
    (website_id, utc_date, utc_offset) for each UTC date of `instant` in the readable rows of
    `flagged`; the offset is null where it changes in the course of that date. Needs `websites`.
    Spark doesn't see how few they are: it would shuffle `flagged` to join them, if not for a hint,
    which is a comment in DuckDB.
#}
{% macro utc_offsets(instant) -%}
    select
        dates.website_id,
        dates.utc_date,
        case
            when
                {{ utc_offset('websites.timezone', 'dates.utc_date') }}
                = {{ utc_offset('websites.timezone', 'dates.utc_date + 1') }}
                then {{ utc_offset('websites.timezone', 'dates.utc_date') }}
        end as utc_offset
    from (
        select distinct
            website_id,
            {{ utc_date(instant) }} as utc_date
        from flagged
        where is_readable
    ) as dates
    inner join websites on dates.website_id = websites.website_id
{%- endmacro %}

{# The time on the website's clocks: needs `websites`, and `utc_offsets` of the instant's date. #}
{% macro local_time(instant) -%}
    coalesce(
        {{ clock_time_of(micros(instant) ~ ' + utc_offsets.utc_offset') }},
        {{ clock_time('websites.timezone', instant) }}
    )
{%- endmacro %}
