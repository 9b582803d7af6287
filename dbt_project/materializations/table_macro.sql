{#
    A table macro whose body is the model's SQL, with the parameters that the model names in
    `meta`. Its contract is that of the rows it gives. DuckDB keeps no comments on their columns, so
    the macro's own lists them, a line each.
#}
{% materialization table_macro, adapter='duckdb' %}
    {%- set parameters = config.get('meta').parameters -%}
    {{ run_hooks(pre_hooks) }}

    {%- set comment = [model.description] -%}
    {%- for name, column in model.columns.items() -%}
        {%- do comment.append(name ~ ': ' ~ (column.description | replace('\n', ' '))) -%}
    {%- endfor -%}

    {%- call statement('main') -%}
        {{ create_table_macro(this, parameters, sql, comment | join('\n')) }}
    {%- endcall -%}
    {%- set nothing = ['null'] * (parameters | length) -%}
    {%- do get_assert_columns_equivalent('select * from ' ~ rows_of(this, nothing)) -%}

    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': []}) }}
{% endmaterialization %}
