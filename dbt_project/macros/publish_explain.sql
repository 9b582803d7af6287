{#
    The figures that `explain` knows, by what their rows are. api_export/payloads/figures.py says
    which are sums and which are counts; tests/payloads/test_figures.py holds both lists equal.
#}
{% macro explained_figures() -%}
    {{ return({
        'loyalty_transactions': ['issued', 'redeemed', 'deducted', 'outstanding'],
        'redemption_requests': ['redemptions', 'redemption_value'],
        'wallet_conversions': ['conversions', 'points_converted'],
        'clients': ['active_clients', 'clients_with_transactions', 'clients_with_redemptions'],
    }) }}
{%- endmacro %}


{#
    The table macro `explain` beside the marts: the rows whose sum or count is a figure. Where its
    parameters are constants, one of its branches is left, whose conditions reach the scan of its
    mart; where they are columns of another table, all branches are read.
#}
{% macro publish_explain() -%}
    {%- set figures = explained_figures() -%}
    {%- set known = figures.values() | sum(start=[]) -%}
    {% call publish(
        'explain', ['figure', 'website_id', 'date_from', 'date_to'],
        'The rows up to as_of whose sum or count is a figure of a website, or of all where it is'
        ~ ' null, in a range of dates, both inclusive: the sum of points for issued, redeemed,'
        ~ ' deducted, outstanding, redemption_value and points_converted, the count for redemptions,'
        ~ ' conversions, active_clients, clients_with_transactions and clients_with_redemptions.'
        ~ ' outstanding and active_clients are those at date_to, whatever date_from is.'
    ) -%}
        with

        ledger_rows as (

            select
                'loyalty_transactions' as entity,
                transactions.transaction_id as id,
                transactions.client_id,
                transactions.date,
                if(figure in ('redeemed', 'deducted'), -1, 1)
                * cast(transactions.points as bigint) as points
            from {{ mart(this, published=true) }} as transactions
            where
                figure in ({{ as_literals(figures['loyalty_transactions']) }})
                and (website_id is null or transactions.website_id = website_id)
                and (figure = 'outstanding' or transactions.date >= cast(date_from as date))
                and transactions.date <= cast(date_to as date)
                and (
                    figure = 'outstanding'
                    or transactions.transaction_type = case figure
                        when 'issued' then 'add'
                        when 'redeemed' then 'redeem'
                        when 'deducted' then 'deduct'
                    end
                )

        ),

        request_rows as (

            select
                'redemption_requests' as entity,
                requests.request_id as id,
                requests.client_id,
                requests.date,
                cast(requests.points as bigint) as points
            from {{ mart(ref('fct_redemption_requests'), published=true) }} as requests
            where
                figure in ({{ as_literals(figures['redemption_requests']) }})
                and requests.is_redemption
                and (website_id is null or requests.website_id = website_id)
                and requests.date between cast(date_from as date) and cast(date_to as date)

        ),

        conversion_rows as (

            select
                'wallet_conversions' as entity,
                conversions.conversion_id as id,
                conversions.client_id,
                conversions.date,
                cast(conversions.points as bigint) as points
            from {{ mart(ref('fct_wallet_conversions'), published=true) }} as conversions
            where
                figure in ({{ as_literals(figures['wallet_conversions']) }})
                and (website_id is null or conversions.website_id = website_id)
                and conversions.date between cast(date_from as date) and cast(date_to as date)

        ),

        {# Who is active on as_of is known of each client, so that no day need be read. #}
        active_client_rows as (

            select
                'clients' as entity,
                clients.client_id as id,
                clients.client_id,
                clients.last_transaction_date as date,
                clients.balance as points
            from {{ mart(ref('dim_clients'), published=true) }} as clients
            where
                figure = 'active_clients'
                and clients.is_active
                and (website_id is null or clients.website_id = website_id)
                and cast(date_to as date) >= (
                    select run.as_of from {{ mart(ref('dim_run'), published=true) }} as run
                )

        ),

        client_rows as (

            select
                'clients' as entity,
                days.client_id as id,
                days.client_id,
                max(days.date) as date,
                cast(sum(days.net) as bigint) as points
            from {{ mart(ref('fct_client_days'), published=true) }} as days
            where
                figure in ('active_clients', 'clients_with_transactions')
                and (website_id is null or days.website_id = website_id)
                and (figure = 'active_clients' or days.date >= cast(date_from as date))
                and days.date <= cast(date_to as date)
                and (
                    figure != 'active_clients'
                    or cast(date_to as date) < (
                        select run.as_of from {{ mart(ref('dim_run'), published=true) }} as run
                    )
                )
            group by days.client_id
            having figure != 'active_clients' or sum(days.net) > 0

        ),

        redeeming_client_rows as (

            select
                'clients' as entity,
                requests.client_id as id,
                requests.client_id,
                max(requests.date) as date,
                cast(sum(requests.points) as bigint) as points
            from {{ mart(ref('fct_redemption_requests'), published=true) }} as requests
            where
                figure = 'clients_with_redemptions'
                and requests.is_redemption
                and (website_id is null or requests.website_id = website_id)
                and requests.date between cast(date_from as date) and cast(date_to as date)
            group by requests.client_id

        ),

        {# Its condition fails, so that nothing is listed for what is no figure. #}
        no_rows as (

            select
                null as entity,
                null as id,
                null as client_id,
                null as date,
                null as points
            where
                not coalesce(figure in ({{ as_literals(known) }}), false)
                and error(
                    'there is no figure ' || coalesce('''' || figure || '''', 'null')
                    || '; there are: {{ known | join(', ') }}'
                ) is not null

        )

        select * from ledger_rows
        union all
        select * from request_rows
        union all
        select * from conversion_rows
        union all
        select * from active_client_rows
        union all
        select * from client_rows
        union all
        select * from redeeming_client_rows
        union all
        select * from no_rows
    {%- endcall %}
{%- endmacro %}


{# Texts as literals of SQL, between commas. #}
{% macro as_literals(texts) -%}
    {%- for text in texts %}'{{ text }}'{{ ', ' if not loop.last }}{% endfor -%}
{%- endmacro %}
