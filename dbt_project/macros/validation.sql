{#
    The parts of the source contract's table of reasons that every entity shares. A validated model
    flags its readable rows, finds the superseded ones among them, and gives each row the first
    reason that applies; a valid row has none.
#}

{#
    The entities of the source contract, each with its key: the columns by which its rows are told
    apart, as the contract names them, with their names in its validated model.
#}
{% macro validated_entities() -%}
    {{ return({
        'websites': {'id': 'website_id'},
        'clients': {'id': 'client_id'},
        'loyalty_tiers': {'id': 'tier_id'},
        'loyalty_transactions': {'id': 'transaction_id'},
        'redemption_categories': {'id': 'category_id'},
        'redemption_items': {'id': 'item_id'},
        'redemption_requests': {'id': 'request_id'},
        'wallet_conversions': {'id': 'conversion_id'},
        'dashboard_widgets': {'id': 'widget_id'},
        'orders': {'id': 'order_id'},
        'campaigns': {'id': 'campaign_id'},
        'campaign_members': {'campaign_id': 'campaign_id', 'client_id': 'client_id'},
    }) }}
{%- endmacro %}

{#
    The column that a reason other than an unreadable value is about, as the contract names it; of a
    duplicate the last one of its entity's key.
#}
{% macro column_of(reason, key) -%}
    case {{ reason }}
        when 'duplicate_id' then '{{ key | list | last }}'
        when 'unknown_website' then 'website_id'
        when 'unknown_category' then 'category_id'
        when 'unknown_campaign' then 'campaign_id'
        when 'unknown_client' then 'client_id'
        when 'website_mismatch' then 'client_id'
        when 'unknown_item' then 'item_id'
        when 'unknown_type' then 'transaction_type'
        when 'unknown_status' then 'status'
        when 'unknown_widget_type' then 'widget_type'
        when 'unknown_arm' then 'arm'
        when 'sign_mismatch' then 'points'
        when 'conflicting_arms' then 'arm'
    end
{%- endmacro %}

{# Whether an event's instant lies on a date (UTC) that the contract counts. #}
{% macro is_countable_instant(column) -%}
    {{ column }} is not null
    and {{ column }} >= {{ instant_type() }} '{{ first_date() }} 00:00:00+00'
    and {{ column }} <= {{ instant_type() }} '{{ last_date() }} 23:59:59.999999+00'
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
