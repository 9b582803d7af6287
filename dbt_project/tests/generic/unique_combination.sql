{#
    A returned row is a combination of values that occurs more than once. Nulls are equal here, so
    that a key may have a part that is missing.
#}
{% test unique_combination(model, columns) %}

    select
        {{ columns | join(', ') }},
        count(*) as row_count
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1

{% endtest %}
