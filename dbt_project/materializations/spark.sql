{#
    Spark builds every table anew: what follows changes needs a table format that can delete rows.
    Table macros are made in the file of the marts, by DuckDB, as marts and reports are published.
#}
{% materialization incremental, adapter='spark' %}
    {{ return(materialization_table_spark()) }}
{% endmaterialization %}

{% materialization table_macro, adapter='spark' %}
    {{ return({'relations': []}) }}
{% endmaterialization %}

{#
    Tables lie where the run finds them, not where Spark's catalog keeps its own, so that it may
    forget them.
#}
{% macro spark__location_clause() -%}
    location '{{ env_var('LOYALTY_SPARK_TABLES') }}/{{ this.schema }}.db/{{ this.identifier }}'
{%- endmacro %}

{# Descriptions are published with the tables. #}
{% macro spark__persist_docs(relation, model, for_relation, for_columns) -%} {%- endmacro %}

{#
    The contract of a model in Spark's names of types, which its columns are compared with.
#}
{% macro spark__get_empty_schema_sql(columns) -%}
    select
    {% for column in columns.values() -%}
        cast(null as {{ spark_type(column.data_type) }}) as {{ column.name }}
        {{- ',' if not loop.last }}
    {% endfor %}
{%- endmacro %}

{% macro spark_type(duckdb_type) -%}
    {%- set type = duckdb_type | lower | replace('varchar', 'string')
        | replace('timestamptz', 'timestamp') | replace('timestamp with time zone', 'timestamp')
        | replace('hugeint', 'decimal(38, 0)') -%}
    {%- if type.endswith('[]') -%} array<{{ spark_type(type[:-2]) }}>
    {%- elif type.startswith('struct(') -%} struct<{{ type[7:-1] }}>
    {%- else -%} {{ type }}
    {%- endif -%}
{%- endmacro %}
