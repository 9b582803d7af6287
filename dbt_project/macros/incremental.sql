{#
    How models follow a change instead of being built anew. The pull records the ids that changed;
    the int_changed_* models say which transactions, clients and dates that touches, and each
    incremental model computes those anew, from the rows as they are now. Nothing is added up from
    differences, so a step may be repeated; int_client_totals, which adds later days to what it knew,
    knows which it has added. After a run that did not finish all is built anew.
#}

{#
    Incremental strategy `replace_changed`: the model's rows take the place of those that any of the
    `incremental_predicates` describes, in one transaction. They may name `this` and refs, which
    stand for relations only when they are rendered here.
#}
{% macro get_incremental_replace_changed_sql(arg_dict) -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    {% for predicate in arg_dict['incremental_predicates'] -%}
        delete from {{ arg_dict['target_relation'] }} where {{ render(predicate) }};
    {% endfor %}

    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
{%- endmacro %}

{#
    A model as the last run left it; null in a full build. It can't be a ref, since the model is
    built from whoever asks for its past, so it is a source: `last_run`.
#}
{% macro previous(relation) -%}
    {%- if execute and not flags.FULL_REFRESH -%}
        {{ return(load_relation(relation)) }}
    {%- endif -%}
{%- endmacro %}

{#
    Has a model built after another one that reads what this one replaces, though it reads no row of
    it. Dagster takes the past of a model for the model, and sees the order where it is told directly.
#}
{% macro build_after(model) -%}
    {%- if not execute -%}{%- do ref(model) -%}{%- endif -%}
{%- endmacro %}

{#
    The rows whose `key` is one of `ids`, null too. Two plain conditions, each of which skips what
    lies outside the ids; one that takes nulls as equal would look at every row.
#}
{% macro rows_of_ids(rows, key, ids, id) -%}
    select rows_of_ids.*
    from {{ rows }} as rows_of_ids
    where rows_of_ids.{{ key }} in (select ids.{{ id }} from {{ ids }} as ids)
    union all
    select rows_of_ids.*
    from {{ rows }} as rows_of_ids
    where
        rows_of_ids.{{ key }} is null
        and exists (
            select 1 from {{ ids }} as ids
            where ids.{{ id }} is null
        )
{%- endmacro %}

{#
    The entities whose validated models follow changes, each with the rest of the name of
    `int_changed_…`, the model of its changed ids.
#}
{% macro followed_entities() -%}
    {{ return({'loyalty_transactions': 'transactions', 'orders': 'orders'}) }}
{%- endmacro %}

{# The rows of an entity's changed ids in `rows`. #}
{% macro changed_rows(entity, rows) -%}
    {%- set key = validated_entities()[entity]['id'] -%}
    {%- set name = followed_entities()[entity] -%}
    {{ rows_of_ids(rows, key, ref('int_changed_' ~ name), key) }}
{%- endmacro %}

{# The ids of an entity's rows to validate again: CTEs, the last of which is `changed`. #}
{% macro changed_ids(entity) -%}
{%- set key = validated_entities()[entity]['id'] -%}
delivered {{ as_inlined() }} (

    select * from {{ ref('stg_loyalty__' ~ entity) }}

),

{# Rows that are new, gone or other than before. #}
differing as (

    select changed_id as {{ key }}
    from {{ ref('stg_pipeline__changed_ids') }}
    where entity = '{{ entity }}'

),

{# Rows that stayed, but whose client or website did not. #}
revalidated as (

    select {{ key }}
    from delivered
    where client_id in (select clients.client_id from {{ ref('int_changed_clients') }} as clients)
    union all
    select {{ key }}
    from delivered
    where
        website_id in (
            select websites.website_id from {{ ref('int_changed_websites') }} as websites
        )

),

changed as (

    select * from differing
    union
    select * from revalidated

)
{%- endmacro %}

{#
    The keys of what is valid in `validated` and was not in `previous`, was and is not, or has another
    value of `column` there.
#}
{% macro changed_since(previous, validated, key, column) -%}
    select coalesce(previous.{{ key }}, validated.{{ key }}) as {{ key }}
    from {{ previous }} as previous
    full outer join (
        select * from {{ validated }}
        where quarantine_reason is null
    ) as validated on previous.{{ key }} = validated.{{ key }}
    where
        previous.{{ column }} is distinct from validated.{{ column }}
        -- A full build starts from no previous run, and follows no change.
        and exists (select 1 from {{ ref('int_previous_run') }})
{%- endmacro %}
