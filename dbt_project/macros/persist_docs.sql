{#
    Descriptions as comments in the database, all of a model's in one statement. dbt's own macro
    asks the database twice which columns there are; here contracts hold them.
#}
{% macro duckdb__persist_docs(relation, model, for_relation, for_columns) -%}
    {% if config.persist_relation_docs() -%}
        {% call statement('comments') -%}
            comment on {{ relation.type }} {{ relation }} is {{ as_literal(model.description) }};
            {% for name, column in model.columns.items() -%}
                comment on column {{ relation }}.{{ adapter.quote(name) }}
                is {{ as_literal(column.description) }};
            {% endfor %}
        {%- endcall %}
    {%- endif %}
{%- endmacro %}

{# A text as a literal of SQL. #}
{% macro as_literal(text) -%}
    '{{ text | replace("'", "''") }}'
{%- endmacro %}
