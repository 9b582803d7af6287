{#
    A table macro whose body is the model's SQL, with the parameters that the model names in
    `meta`. Its contract is that of the rows it gives.
#}
{% materialization table_macro, adapter='duckdb' %}
    {%- set parameters = config.get('meta').parameters -%}
    {{ run_hooks(pre_hooks) }}

    {%- call statement('main') -%}
        {{ create_table_macro(this, parameters, sql, model.description) }}
    {%- endcall -%}
    {%- set nothing = ['null'] * (parameters | length) -%}
    {%- do get_assert_columns_equivalent('select * from ' ~ rows_of(this, nothing)) -%}

    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': []}) }}
{% endmaterialization %}
