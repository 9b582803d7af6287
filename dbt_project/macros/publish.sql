{#
    A table macro beside the model whose hook calls this, made of the caller's body, and its
    comment. It has one parameter more: `catalog`, the name under which its file is attached where
    that is not the database in use (see `mart`).
#}
{% macro publish(name, parameters, comment) -%}
    {% set macro = this.incorporate(path={'identifier': name}) -%}
    create or replace macro {{ macro }}({{ parameters | join(', ') }}, catalog := null)
    as table
    {{ caller() }};

    comment on macro table {{ macro }} is {{ as_literal(comment) }}
{%- endmacro %}
