{#
    The parts of the source contract's table of reasons that every entity shares. A validated model
    flags its readable rows, finds the superseded ones among them, and gives each row the first
    reason that applies; a valid row has none.
#}

{# The entities of the source contract, each with the key of its validated model. #}
{% macro validated_entities() -%}
    {{ return({
        'websites': 'website_id',
        'clients': 'client_id',
        'loyalty_tiers': 'tier_id',
        'loyalty_transactions': 'transaction_id',
        'redemption_categories': 'category_id',
        'redemption_items': 'item_id',
        'redemption_requests': 'request_id',
        'wallet_conversions': 'conversion_id',
        'dashboard_widgets': 'widget_id',
    }) }}
{%- endmacro %}

{# The column that a reason other than an unreadable value is about, as the contract names it. #}
{% macro column_of(reason) -%}
    case {{ reason }}
        when 'duplicate_id' then 'id'
        when 'unknown_website' then 'website_id'
        when 'unknown_category' then 'category_id'
        when 'unknown_client' then 'client_id'
        when 'website_mismatch' then 'client_id'
        when 'unknown_item' then 'item_id'
        when 'unknown_type' then 'transaction_type'
        when 'unknown_status' then 'status'
        when 'unknown_widget_type' then 'widget_type'
        when 'sign_mismatch' then 'points'
    end
{%- endmacro %}

{# Whether an event's instant lies on a date (UTC) that the contract counts. #}
{% macro is_countable_instant(column) -%}
    {{ column }} is not null
    and {{ column }} >= timestamptz '{{ first_date() }} 00:00:00+00'
    and {{ column }} <= timestamptz '{{ last_date() }} 23:59:59.999999+00'
{%- endmacro %}

{#
    Id and copy_number of each readable row that gives way to another of the same id. The row that
    stays is the greatest by `ranked_by`, in that order, null being least. Where an id has several
    rows one of them is numbered 2, so a ledger needs no sorting to find them.
#}
{% macro superseded_rows(key, ranked_by, flagged='flagged') -%}
    select
        {{ key }},
        copy_number
    from {{ flagged }}
    where
        is_readable
        and {{ key }} in (
            select {{ key }} from {{ flagged }}
            where copy_number > 1
        )
    qualify
        row_number() over (
            partition by {{ key }}
            order by
                {% for column in ranked_by -%}
                    {{ column }} desc nulls last,
                {% endfor -%}
                copy_number
        ) > 1
{%- endmacro %}
