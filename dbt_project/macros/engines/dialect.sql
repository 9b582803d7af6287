{#
    What DuckDB and Spark say differently, side by side. All other SQL of the project is in a form
    that both read alike; docs/spark.md lists the forms.
#}

{# Types. Spark's sessions are in UTC, so that its texts of instants are too. #}

{# A whole number as long as the engine has them. #}
{% macro whole_number() -%} {{ adapter.dispatch('whole_number')() }} {%- endmacro %}
{% macro duckdb__whole_number() -%} hugeint {%- endmacro %}
{% macro spark__whole_number() -%} decimal(38, 0) {%- endmacro %}

{# A number by which rows without nulls differ but for chance. #}
{% macro row_hash(columns) -%} {{ adapter.dispatch('row_hash')(columns) }} {%- endmacro %}
{% macro duckdb__row_hash(columns) -%} hash({{ columns | join(', ') }}) {%- endmacro %}
{% macro spark__row_hash(columns) -%}
    cast(xxhash64({{ columns | join(', ') }}) as decimal(38, 0))
{%- endmacro %}

{% macro instant_type() -%} {{ adapter.dispatch('instant_type')() }} {%- endmacro %}
{% macro duckdb__instant_type() -%} timestamptz {%- endmacro %}
{% macro spark__instant_type() -%} timestamp {%- endmacro %}

{% macro list_of(type) -%} {{ adapter.dispatch('list_of')(type) }} {%- endmacro %}
{% macro duckdb__list_of(type) -%} {{ type }}[] {%- endmacro %}
{% macro spark__list_of(type) -%} array<{{ type }}> {%- endmacro %}

{# The type of a closed set of texts: DuckDB keeps numbers of them. #}
{% macro one_of(texts) -%} {{ adapter.dispatch('one_of')(texts) }} {%- endmacro %}
{% macro duckdb__one_of(texts) -%} enum({{ as_literals(texts) }}) {%- endmacro %}
{% macro spark__one_of(texts) -%} string {%- endmacro %}

{# A text as such a type, null where it is none of them. #}
{% macro as_one_of(text, texts) -%} {{ adapter.dispatch('as_one_of')(text, texts) }} {%- endmacro %}
{% macro duckdb__as_one_of(text, texts) -%}
    try_cast({{ text }} as {{ one_of(texts) }})
{%- endmacro %}
{% macro spark__as_one_of(text, texts) -%}
    if({{ text }} in ({{ as_literals(texts) }}), {{ text }}, null)
{%- endmacro %}

{# Whole numbers. #}

{# The sum of whole numbers that their own type can't hold: DuckDB's is a `whole_number` anyway. #}
{% macro sum_of(number) -%} {{ adapter.dispatch('sum_of')(number) }} {%- endmacro %}
{% macro duckdb__sum_of(number) -%} sum({{ number }}) {%- endmacro %}
{% macro spark__sum_of(number) -%} sum(cast({{ number }} as decimal(38, 0))) {%- endmacro %}

{# How often the divisor goes into the dividend, both of `whole_number`; neither is negative. #}
{% macro quotient(dividend, divisor) -%}
    {{ adapter.dispatch('quotient')(dividend, divisor) }}
{%- endmacro %}
{% macro duckdb__quotient(dividend, divisor) -%} {{ dividend }} // {{ divisor }} {%- endmacro %}
{# Spark's `div` makes a bigint; a decimal quotient is exact where nothing is left. #}
{% macro spark__quotient(dividend, divisor) -%}
    cast(
        ({{ dividend }} - {{ dividend }} % ({{ divisor }})) / ({{ divisor }}) as decimal(38, 0)
    )
{%- endmacro %}

{#
    A whole number of units of 10^-decimals. Spark's product may lose decimals beyond the sixth,
    a text with an exponent is read exactly.
#}
{% macro in_units(number, decimals) -%}
    {{ adapter.dispatch('in_units')(number, decimals) }}
{%- endmacro %}
{% macro duckdb__in_units(number, decimals) -%}
    ({{ number }}) * cast({{ 10 ** -decimals }} as decimal({{ decimals + 1 }}, {{ decimals }}))
{%- endmacro %}
{% macro spark__in_units(number, decimals) -%}
    cast(({{ number }}) || 'E-{{ decimals }}' as decimal(38, {{ decimals }}))
{%- endmacro %}

{#
    A double that isn't negative as a decimal(37, decimals): a sum of two such has all its decimals
    on Spark too. DuckDB takes all binary digits over, Spark those that tell it from other doubles;
    so there it comes as two whole numbers below 2^63.
#}
{% macro exact_decimal(number, decimals) -%}
    {{ adapter.dispatch('exact_decimal')(number, decimals) }}
{%- endmacro %}
{% macro duckdb__exact_decimal(number, decimals) -%}
    cast({{ number }} as decimal(37, {{ decimals }}))
{%- endmacro %}
{% macro spark__exact_decimal(number, decimals) -%}
    {%- set units = '(' ~ number ~ ') * 1e' ~ decimals -%}
    {%- set wholes = 'floor(' ~ units ~ ' / power(2D, 62))' -%}
    {%- set rest = 'round(' ~ units ~ ' - ' ~ wholes ~ ' * power(2D, 62))' -%}
    cast({{ spark__in_units(
        'cast(' ~ wholes ~ ' as decimal(19, 0)) * 4611686018427387904'
        ~ ' + cast(cast(' ~ rest ~ ' as bigint) as decimal(19, 0))',
        decimals
    ) }} as decimal(37, {{ decimals }}))
{%- endmacro %}

{#
    first × second ÷ divisor as a list of two: how often the divisor goes into the product, and what
    is left. Digit by digit of the second factor, dividing as it goes, so that the product itself
    need not fit. None of the three is negative, and the divisor is above 0. In DuckDB each digit
    brings the factor and the divisor along: what a lambda of list_reduce takes from its row is
    another row's.
#}
{% macro product_over(first, second, divisor) -%}
    {{ adapter.dispatch('product_over')(first, second, divisor) }}
{%- endmacro %}
{% macro duckdb__product_over(first, second, divisor) -%}
    list_reduce(
        [
            [cast(digit as hugeint), {{ first }}, {{ divisor }}]
            for digit in string_split(cast({{ second }} as string), '')
        ],
        (done, next) -> [
            10 * done[1] + (10 * done[2] + next[1] * next[2]) // next[3],
            (10 * done[2] + next[1] * next[2]) % next[3]
        ],
        [cast(0 as hugeint), cast(0 as hugeint)]
    )
{%- endmacro %}
{% macro spark__product_over(first, second, divisor) -%}
    {%- set sum = '(10 * done[1] + cast(digit as decimal(38, 0)) * ' ~ first ~ ')' -%}
    aggregate(
        split(cast({{ second }} as string), ''),
        array(cast(0 as decimal(38, 0)), cast(0 as decimal(38, 0))),
        (done, digit) -> array(
            cast(10 * done[0] + {{ spark__quotient(sum, divisor) }} as decimal(38, 0)),
            cast({{ sum }} % {{ divisor }} as decimal(38, 0))
        )
    )
{%- endmacro %}

{#
    The Kaplan-Meier estimate, a row for each row of `days`: the share of `website_id` that is left
    after each `day` on which `events` of `clients_at_risk` left. A product of hundreds of factors
    isn't exact in doubles, so the share is a whole number of 10^-28, which each day takes on from
    the day before. Rounded to 20 decimals it is free of what those roundings left.
#}
{% macro shares_left(days) -%} {{ adapter.dispatch('shares_left')(days) }} {%- endmacro %}
{% macro duckdb__shares_left(days) -%}
    select
        website_id,
        unnest(list(day order by day)) as day,
        unnest(list_reduce(
            list([cast(clients_at_risk as hugeint), clients_at_risk - events] order by day),
            (shares, clients) -> shares || [shares[-1] * clients[2] // clients[1]],
            [{{ one_share() }}]
        )[2:]) as share_left
    from {{ days }}
    group by website_id
{%- endmacro %}
{% macro spark__shares_left(days) -%}
    {%- set left = 'element_at(shares, -1).share_left * (next.clients_at_risk - next.events)' -%}
    select
        website_id,
        inline(slice(
            aggregate(
                array_sort(array_agg(struct(day, clients_at_risk, events))),
                array(struct(cast(null as integer) as day, {{ one_share() }} as share_left)),
                (shares, next) -> shares || array(struct(
                    next.day as day,
                    {{ spark__quotient('(' ~ left ~ ')', 'next.clients_at_risk') }} as share_left
                ))
            ), 2, count(*)
        ))
    from {{ days }}
    group by website_id
{%- endmacro %}

{% macro from_hexadecimal(digits) -%}
    {{ adapter.dispatch('from_hexadecimal')(digits) }}
{%- endmacro %}
{% macro duckdb__from_hexadecimal(digits) -%} cast('0x' || {{ digits }} as bigint) {%- endmacro %}
{% macro spark__from_hexadecimal(digits) -%}
    cast(conv({{ digits }}, 16, 10) as bigint)
{%- endmacro %}

{# Lists. #}

{# A row for each item of a list. #}
{% macro each(list) -%} {{ adapter.dispatch('each')(list) }} {%- endmacro %}
{% macro duckdb__each(list) -%} unnest({{ list }}) {%- endmacro %}
{% macro spark__each(list) -%} explode({{ list }}) {%- endmacro %}

{# A row for each date from the first to the last, none where that is earlier; Spark counts back. #}
{% macro each_date(first, last, step='1 day') -%}
    {{ adapter.dispatch('each_date')(first, last, step) }}
{%- endmacro %}
{% macro duckdb__each_date(first, last, step) -%}
    cast(unnest(generate_series({{ first }}, {{ last }}, interval {{ step }})) as date)
{%- endmacro %}
{% macro spark__each_date(first, last, step) -%}
    explode(if(
        {{ first }} <= {{ last }},
        sequence(cast({{ first }} as date), cast({{ last }} as date), interval {{ step }}),
        cast(array() as array<date>)
    ))
{%- endmacro %}

{# The item at a place, counted from 1. #}
{% macro item(list, place) -%} {{ adapter.dispatch('item')(list, place) }} {%- endmacro %}
{% macro duckdb__item(list, place) -%} ({{ list }})[{{ place }}] {%- endmacro %}
{% macro spark__item(list, place) -%} element_at({{ list }}, {{ place }}) {%- endmacro %}

{% macro greatest_item(list) -%} {{ adapter.dispatch('greatest_item')(list) }} {%- endmacro %}
{% macro duckdb__greatest_item(list) -%} list_max({{ list }}) {%- endmacro %}
{% macro spark__greatest_item(list) -%} array_max({{ list }}) {%- endmacro %}

{# An aggregate: the values in the order of another column, whose values differ. #}
{% macro listed(value, ordered_by) -%}
    {{ adapter.dispatch('listed')(value, ordered_by) }}
{%- endmacro %}
{% macro duckdb__listed(value, ordered_by) -%}
    list({{ value }} order by {{ ordered_by }})
{%- endmacro %}
{% macro spark__listed(value, ordered_by) -%}
    transform(
        array_sort(array_agg(struct({{ ordered_by }} as place, {{ value }} as value))),
        listed -> listed.value
    )
{%- endmacro %}

{# An aggregate: texts with a comma between, in their order. #}
{% macro joined(text, ordered_by) -%}
    {{ adapter.dispatch('joined')(text, ordered_by) }}
{%- endmacro %}
{% macro duckdb__joined(text, ordered_by) -%}
    string_agg({{ text }}, ', ' order by {{ ordered_by }})
{%- endmacro %}
{% macro spark__joined(text, ordered_by) -%}
    array_join({{ spark__listed(text, ordered_by) }}, ', ')
{%- endmacro %}

{# A value of several named ones. #}
{% macro record(names) -%} {{ adapter.dispatch('record')(names) }} {%- endmacro %}
{% macro duckdb__record(names) -%} struct_pack({{ names | join(', ') }}) {%- endmacro %}
{% macro spark__record(names) -%} struct({{ names | join(', ') }}) {%- endmacro %}

{# Instants and the times of clocks, which are texts of nothing but plain microseconds. #}

{% macro micros(time) -%} {{ adapter.dispatch('micros')(time) }} {%- endmacro %}
{% macro duckdb__micros(time) -%} epoch_us({{ time }}) {%- endmacro %}
{% macro spark__micros(time) -%} unix_micros(cast({{ time }} as timestamp)) {%- endmacro %}

{% macro instant_of(micros) -%} {{ adapter.dispatch('instant_of')(micros) }} {%- endmacro %}
{% macro duckdb__instant_of(micros) -%} make_timestamptz({{ micros }}) {%- endmacro %}
{% macro spark__instant_of(micros) -%} timestamp_micros({{ micros }}) {%- endmacro %}

{% macro clock_time_of(micros) -%} {{ adapter.dispatch('clock_time_of')(micros) }} {%- endmacro %}
{% macro duckdb__clock_time_of(micros) -%} make_timestamp({{ micros }}) {%- endmacro %}
{% macro spark__clock_time_of(micros) -%}
    cast(timestamp_micros({{ micros }}) as timestamp_ntz)
{%- endmacro %}

{# What the clocks of a timezone show at an instant. #}
{% macro clock_time(timezone, instant) -%}
    {{ adapter.dispatch('clock_time')(timezone, instant) }}
{%- endmacro %}
{% macro duckdb__clock_time(timezone, instant) -%}
    timezone({{ timezone }}, {{ instant }})
{%- endmacro %}
{% macro spark__clock_time(timezone, instant) -%}
    cast(from_utc_timestamp({{ instant }}, {{ timezone }}) as timestamp_ntz)
{%- endmacro %}

{# An instant as payloads write it. #}
{% macro instant_text(instant) -%} {{ adapter.dispatch('instant_text')(instant) }} {%- endmacro %}
{% macro duckdb__instant_text(instant) -%}
    strftime(timezone('UTC', {{ instant }}), '%Y-%m-%dT%H:%M:%S')
    || if(
        microsecond({{ instant }}) % 1000000 = 0,
        '',
        strftime(timezone('UTC', {{ instant }}), '.%f')
    )
    || 'Z'
{%- endmacro %}
{% macro spark__instant_text(instant) -%}
    date_format({{ instant }}, r"yyyy-MM-dd'T'HH:mm:ss")
    || replace(date_format({{ instant }}, '.SSSSSS'), '.000000', '') || 'Z'
{%- endmacro %}

{# Texts. #}

{# Whether a text is one of a pattern from its first letter to its last. #}
{% macro matches(text, pattern) -%} {{ adapter.dispatch('matches')(text, pattern) }} {%- endmacro %}
{% macro duckdb__matches(text, pattern) -%}
    regexp_full_match({{ text }}, '{{ pattern }}')
{%- endmacro %}
{% macro spark__matches(text, pattern) -%} {{ text }} rlike r'\A(?:{{ pattern }})\z' {%- endmacro %}

{#
    A delivered value as text, whatever its type; Spark's as DuckDB writes it, but for years before
    the first and for the last digit of few numbers, which Java doesn't write shortest.
#}
{% macro text_of(value) -%} {{ adapter.dispatch('text_of')(value) }} {%- endmacro %}
{% macro duckdb__text_of(value) -%} cast({{ value }} as string) {%- endmacro %}
{% macro spark__text_of(value) -%}
    {%- set text = 'cast(' ~ value ~ ' as string)' -%}
    {%- set number = 'try_cast(' ~ text ~ ' as decimal(38, 21))' -%}
    {%- set scientific = "replace(replace(lower(" ~ text ~ "), 'infinity', 'inf'), '.0e', 'e')" -%}
    case
        when typeof({{ value }}) in ('float', 'double')
            then if(
                contains({{ text }}, 'E')
                and abs({{ number }}) between 0.0001 and 9999999999999999,
                regexp_replace(cast({{ number }} as string), r'(\.[0-9]+?)0*$', '$1'),
                regexp_replace(
                    regexp_replace({{ scientific }}, 'e(-?)([0-9])$', 'e$10$2'), 'e([0-9])', 'e+$1'
                )
            )
        when typeof({{ value }}) in ('timestamp', 'timestamp_ntz', 'date')
            then case
                when {{ text }} rlike '^[+](294247|5881580)-' then 'infinity'
                when {{ text }} rlike '^-(290308|5877641)-' then '-infinity'
                else ltrim('+', {{ text }}) || if(typeof({{ value }}) = 'timestamp', '+00', '')
            end
        else {{ text }}
    end
{%- endmacro %}

{# The branch of a case for integers that come as such; elsewhere they are read as texts. #}
{% macro when_integer(column, type) -%}
    {{ adapter.dispatch('when_integer')(column, type) }}
{%- endmacro %}
{% macro duckdb__when_integer(column, type) -%}
    when typeof({{ column }}) in (
        'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'UTINYINT', 'USMALLINT', 'UINTEGER'
    )
        then try_cast({{ column }} as {{ type }})
{%- endmacro %}
{% macro spark__when_integer(column, type) -%} {%- endmacro %}

{#
    An instant that comes as a time, or as a text of `pattern`. DuckDB: its microseconds are plain
    numbers; a cast to or from a local time asks a calendar. Spark: Java knows no offset beyond 18
    hours, so the one that a text ends with is taken off by itself.
#}
{% macro read_time(column, pattern) -%}
    {{ adapter.dispatch('read_time')(column, pattern) }}
{%- endmacro %}
{% macro duckdb__read_time(column, pattern) -%}
    case
        when typeof({{ column }}) = 'TIMESTAMP WITH TIME ZONE'
            then {{ within_calendar('try_cast(' ~ column ~ ' as timestamptz)') }}
        when starts_with(typeof({{ column }}), 'TIMESTAMP') or typeof({{ column }}) = 'DATE'
            then {{ within_calendar(
                'make_timestamptz(epoch_us(try_cast(' ~ column ~ ' as timestamp)))'
            ) }}
        when
            {{ matches(text_of(column), pattern) }}
            and {{ text_of(column) }} not like '0000%'
            then {{ within_calendar('try_cast(' ~ text_of(column) ~ ' as timestamptz)') }}
    end
{%- endmacro %}
{% macro spark__read_time(column, pattern) -%}
    {%- set text = 'cast(' ~ column ~ ' as string)' -%}
    {%- set clock = "regexp_extract(" ~ text ~ ", '^(.{19}([.][0-9]+)?)', 1)" -%}
    {%- set offset = "replace(substr(" ~ text ~ ", 1 + length(" ~ clock ~ ")), ':', '')" -%}
    case
        when typeof({{ column }}) in ('timestamp', 'timestamp_ntz', 'date')
            then {{ within_calendar('try_cast(' ~ text ~ ' as timestamp)') }}
        when {{ matches(text, pattern) }} and {{ text }} not like '0000%'
            then {{ within_calendar(
                'timestamp_micros(unix_micros(try_cast(' ~ clock ~ ' as timestamp))'
                ~ ' - if(' ~ offset ~ " like '-%', -60000000, 60000000) * ("
                ~ '60 * coalesce(try_cast(substr(' ~ offset ~ ', 2, 2) as bigint), 0)'
                ~ ' + coalesce(try_cast(substr(' ~ offset ~ ', 4, 2) as bigint), 0)))'
            ) }}
    end
{%- endmacro %}

{# JSON. #}

{# A delivered config as the strict JSON that the contract asks for, else null. #}
{% macro strict_json_of(column) -%} {{ adapter.dispatch('strict_json_of')(column) }} {%- endmacro %}
{% macro duckdb__strict_json_of(column) -%}
    strict_json(cast({{ column }} as string))
{%- endmacro %}
{# Made when the rows land, so that no executor needs this package. #}
{% macro spark__strict_json_of(column) -%} {{ column }}_as_strict_json {%- endmacro %}

{# What is asked of the value that a JSON text has under a key. #}

{% macro json_has(json, key) -%} {{ adapter.dispatch('json_has')(json, key) }} {%- endmacro %}
{% macro duckdb__json_has(json, key) -%} json_exists({{ json }}, '$.{{ key }}') {%- endmacro %}
{% macro spark__json_has(json, key) -%} {{ spark__variant(json, key) }} is not null {%- endmacro %}

{% macro json_is_integer(json, key) -%}
    {{ adapter.dispatch('json_is_integer')(json, key) }}
{%- endmacro %}
{% macro duckdb__json_is_integer(json, key) -%}
    json_type({{ json }}, '$.{{ key }}') in ('BIGINT', 'UBIGINT')
{%- endmacro %}
{% macro spark__json_is_integer(json, key) -%}
    schema_of_variant({{ spark__variant(json, key) }}) = 'BIGINT'
{%- endmacro %}

{% macro json_is_text(json, key) -%}
    {{ adapter.dispatch('json_is_text')(json, key) }}
{%- endmacro %}
{% macro duckdb__json_is_text(json, key) -%}
    json_type({{ json }}, '$.{{ key }}') = 'VARCHAR'
{%- endmacro %}
{% macro spark__json_is_text(json, key) -%}
    schema_of_variant({{ spark__variant(json, key) }}) = 'STRING'
{%- endmacro %}

{% macro json_text(json, key) -%} {{ adapter.dispatch('json_text')(json, key) }} {%- endmacro %}
{% macro duckdb__json_text(json, key) -%} {{ json }} ->> '$.{{ key }}' {%- endmacro %}
{% macro spark__json_text(json, key) -%}
    cast({{ spark__variant(json, key) }} as string)
{%- endmacro %}

{% macro spark__variant(json, key) -%}
    variant_get(try_parse_json({{ json }}), '$.{{ key }}')
{%- endmacro %}

{# As it is written there; the key is a column. #}
{% macro json_written(json, key) -%}
    {{ adapter.dispatch('json_written')(json, key) }}
{%- endmacro %}
{% macro duckdb__json_written(json, key) -%}
    cast(json_extract({{ json }}, '$.' || {{ key }}) as string)
{%- endmacro %}
{% macro spark__json_written(json, key) -%}
    {%- set value = 'variant_get(try_parse_json(' ~ json ~ "), '$.' || " ~ key ~ ')' -%}
    if(
        schema_of_variant({{ value }}) = 'STRING',
        to_json({{ value }}),
        coalesce(from_json({{ json }}, 'map<string, string>')[{{ key }}], 'null')
    )
{%- endmacro %}

{# All columns of a delivered table as texts, beside as many that start with `_key_`. #}
{% macro all_as_text(table, keys) -%}
    {{ adapter.dispatch('all_as_text')(table, keys) }}
{%- endmacro %}
{% macro duckdb__all_as_text(table, keys) -%} cast(columns(*) as string) {%- endmacro %}
{% macro spark__all_as_text(table, keys) -%}
    {%- for column in spark__names(table) %}
        {{ text_of(column) }} as {{ column }},
    {%- endfor %}
    {%- for key in range(1, keys + 1) %}
        cast(_key_{{ key }} as string) as _key_{{ key }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
{% macro spark__names(table) -%}
    {%- set columns = adapter.get_columns_in_relation(table) if execute else [] -%}
    {{ return(columns | map(attribute='quoted') | list) }}
{%- endmacro %}

{# A row of such a table as JSON, without what is not delivered. #}
{% macro row_as_json(row, table) -%}
    {{ adapter.dispatch('row_as_json')(row, table) }}
{%- endmacro %}
{% macro duckdb__row_as_json(row, table) -%}
    cast(
        json_merge_patch(
            to_json({{ row }}), '{"_copy_number": null, "_key_1": null, "_key_2": null}'
        ) as string
    )
{%- endmacro %}
{% macro spark__row_as_json(row, table) -%}
    {%- set names = spark__names(table)
        | reject('in', ['`_copy_number`', '`config_as_strict_json`']) | list -%}
    to_json(
        struct({{ row }}.{{ names | join(', ' ~ row ~ '.') }}), map('ignoreNullFields', 'false')
    )
{%- endmacro %}

{# Plans. #}

{# A step that each of its readers makes anew, so that their conditions reach what it reads. #}
{% macro as_inlined(is_inlined=true) -%}
    {{ adapter.dispatch('as_inlined')(is_inlined) }}
{%- endmacro %}
{% macro duckdb__as_inlined(is_inlined) -%}
    as {{ 'not materialized' if is_inlined else 'materialized' }}
{%- endmacro %}
{% macro spark__as_inlined(is_inlined) -%} as {%- endmacro %}

{# Whether a branch with a condition that no row has to do with is skipped; Spark reads its rows. #}
{% macro skips_branches() -%} {{ return(adapter.dispatch('skips_branches')()) }} {%- endmacro %}
{% macro duckdb__skips_branches() -%} {{ return(true) }} {%- endmacro %}
{% macro spark__skips_branches() -%} {{ return(false) }} {%- endmacro %}
