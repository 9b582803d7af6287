{#
    Tables and views, each put in the place of the old one by one statement. dbt-duckdb's own
    materializations build a relation beside it, rename both and drop the old one: as many statements
    again, which cost more here than the building. A transaction holds all of it, so a reader sees
    the old table with its comments or the new one, a model may read what it replaces, and one that
    fails leaves it. Contracts hold names and types of columns; constraints would be lost.
#}
{% materialization table, adapter='duckdb' %}
    {{ return(replace_relation('table')) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {{ return(replace_relation('view')) }}
{% endmaterialization %}

{#
    The rows of a table: those of its SQL, or the files in which Spark left them, in the types that
    its SQL would give them here; see docs/spark.md.
#}
{% macro rows_of_table(sql) -%}
    {%- if not env_var('LOYALTY_SPARK_TABLES', '') or calls_python(model) -%}
        {{ sql }}
    {%- else -%}
        select
        {%- for column in run_query('describe from (' ~ sql ~ '\n)') %}
            cast({{ adapter.quote(column[0]) }} as {{ column[1] }}) as {{ adapter.quote(column[0]) }},
        {%- endfor %}
        from read_parquet({{ as_literal(
            env_var('LOYALTY_SPARK_TABLES') ~ '/' ~ this.schema ~ '.db/' ~ this.identifier
            ~ '/*.parquet'
        ) }})
    {%- endif -%}
{%- endmacro %}

{#
    Whether a model, or one that it descends from, calls a function of Python. Those have the tag
    `python`; Spark builds all but them and their descendants (transform/spark/build.py).
#}
{% macro calls_python(model) -%}
    {%- set lineage = [model.unique_id] -%}
    {%- for id in lineage if id in graph.nodes -%}
        {%- if 'python' in graph.nodes[id].config.tags -%}{{ return(true) }}{%- endif -%}
        {%- for parent in graph.nodes[id].depends_on.nodes if parent not in lineage -%}
            {%- do lineage.append(parent) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}

{# As dbt-duckdb has it, but for a table that Spark has built, which is taken over as a whole. #}
{% materialization incremental, adapter='duckdb' %}
    {%- if env_var('LOYALTY_SPARK_TABLES', '') -%}
        {{ return(replace_relation('table')) }}
    {%- endif -%}
    {{ return(dbt.materialization_incremental_duckdb()) }}
{% endmaterialization %}

{% macro replace_relation(type) -%}
    {%- set sql = rows_of_table(sql) if type == 'table' else sql -%}
    {%- set relation = this.incorporate(type=type) -%}
    {%- set old = load_cached_relation(this) -%}
    {%- set contract = config.get('contract') -%}
    {%- if model.constraints or model.columns.values() | selectattr('constraints') | list -%}
        {{ exceptions.raise_compiler_error(
            model.name ~ ' has constraints, which nothing enforces; use data tests'
        ) }}
    {%- endif -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks) }}

    {%- if old is not none and old.type != type -%}
        {%- do adapter.drop_relation(old) -%}
    {%- endif -%}

    {%- call statement('main') -%}
        {%- if contract.enforced and type == 'table' -%}
            {{ get_assert_columns_equivalent(sql) }}
        {%- endif -%}
        create or replace {{ type }} {{ relation }} as (
            {{ get_select_subquery(sql) if contract.enforced else sql }}
        );
    {%- endcall -%}

    {# A view may name what only its own file has, so it is the view that is held to its contract. #}
    {%- if contract.enforced and type == 'view' -%}
        {%- do get_assert_columns_equivalent('select * from ' ~ relation) -%}
    {%- endif -%}

    {%- do persist_docs(relation, model) -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [relation]}) }}
{%- endmacro %}
