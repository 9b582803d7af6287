{#
    Table macros in the file of the marts: SQL that takes parameters, which stays as fast to publish
    as it is short. A model that is `materialized='table_macro'` is one; what lays edits over a table
    or makes a record of any range is published beside that table, by its hook (see `publish`).
#}

{#
    It has one parameter more: `catalog`, the name under which its file is attached where that is
    not the database in use (see `mart`).
#}
{% macro create_table_macro(macro, parameters, body, comment) -%}
    create or replace macro {{ macro }}({{ parameters | join(', ') }}, catalog := null)
    as table
    {{ body }};

    comment on macro table {{ macro }} is {{ as_literal(comment) }}
{%- endmacro %}

{#
    A parameter of the model's own table macro. It stands for every column of its name that is not
    qualified. A unit test gives it a value, as SQL, by `overrides: vars:`.
#}
{% macro parameter(name, type) -%}
    cast({{ var(name, name) }} as {{ type }})
{%- endmacro %}

{# The rows of a table macro, for tests: its arguments are SQL. #}
{% macro rows_of(table_macro, arguments) -%}
    {{ table_macro }}({{ arguments | join(', ') }}, catalog := '{{ table_macro.database }}')
{%- endmacro %}

{#
    A mart as dbt knows it, or as a published table macro finds it: in the file that its parameter
    `catalog` names, else in the one in use. DuckDB looks up bare names of a macro's body where it
    is called: in the caller's own tables and CTEs, and never in the file that holds the macro. In a
    unit test it is a CTE.
#}
{% macro mart(model, published=true) -%}
    {%- if published and model.is_cte is false -%}
        query_table(
            '"' || coalesce(catalog, current_database()) || '".{{ model.include(database=false) }}'
        )
    {%- else -%}
        {{ model }}
    {%- endif -%}
{%- endmacro %}
