{# A table macro beside the model whose hook calls this, made of the caller's body. #}
{% macro publish(name, parameters, comment) -%}
    {%- if target.type == 'duckdb' -%}
        {{ create_table_macro(
            this.incorporate(path={'identifier': name}), parameters, caller(), comment
        ) }}
    {%- endif -%}
{%- endmacro %}
