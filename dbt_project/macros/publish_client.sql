{#
    The table macro `client` beside the marts: all that is known of one client, no row where there
    is none of that id.
#}
{% macro publish_client() -%}
    {% call publish(
        'client', ['client_id'],
        'One row for the client of an id, as of as_of: balance, tier and points to the next one,'
        ~ ' figures of all time, segment and state of the lifecycle, and last dates; no row without'
        ~ ' such a client.'
    ) -%}
        with

        found as (

            select
                clients.client_id,
                clients.website_id,
                clients.member_since_date,
                clients.balance,
                clients.tier_id,
                clients.last_transaction_date,
                clients.last_redemption_date,
                clients.last_conversion_date,
                run.as_of,
                {{ tier_points('clients.balance', 'clients.lifetime_issued') }} as tier_points
            from {{ mart(ref('dim_clients'), published=true) }} as clients
            cross join {{ mart(ref('dim_run'), published=true) }} as run
            where clients.client_id = client_id

        ),

        ledger as (

            select
                sum(days.issued) as issued,
                sum(days.redeemed) as redeemed,
                sum(days.deducted) as deducted,
                sum(days.transactions) as transactions
            from {{ mart(ref('fct_client_days'), published=true) }} as days
            where days.client_id = client_id

        ),

        redemptions as (

            select
                count(*) as redemptions,
                sum(requests.points) as points
            from {{ mart(ref('fct_redemption_requests'), published=true) }} as requests
            where requests.client_id = client_id and requests.is_redemption

        ),

        {# Who has no balance is in no tier, and gets into one with the first point above 0. #}
        next_tiers as (

            select
                tiers.tier_id,
                tiers.tier_name,
                greatest(
                    tiers.threshold - found.tier_points, if(found.balance > 0, 0, 1 - found.balance)
                ) as missing_points
            from {{ mart(ref('dim_tiers'), published=true) }} as tiers
            inner join found on tiers.website_id = found.website_id
            where
                tiers.is_reachable
                and (found.balance <= 0 or tiers.threshold > found.tier_points)
            order by missing_points, tiers.threshold desc
            limit 1

        )

        select
            found.client_id as id,
            found.website_id as website,
            found.as_of,
            found.member_since_date as member_since,
            found.tier_id,
            tiers.tier_name as tier,
            found.balance,
            next_tiers.tier_id as next_tier_id,
            next_tiers.tier_name as next_tier,
            next_tiers.missing_points as points_to_next_tier,
            cast(coalesce(ledger.issued, 0) as bigint) as points_issued,
            cast(coalesce(ledger.redeemed, 0) as bigint) as points_redeemed,
            cast(coalesce(ledger.deducted, 0) as bigint) as points_deducted,
            cast(coalesce(ledger.transactions, 0) as bigint) as transactions,
            redemptions.redemptions,
            cast(coalesce(redemptions.points, 0) as bigint) as redemption_value,
            segments.segment,
            segments.lifecycle,
            segments.recency_days,
            segments.frequency,
            segments.monetary_points,
            found.last_transaction_date as last_transaction,
            found.last_redemption_date as last_redemption,
            found.last_conversion_date as last_conversion,
            found.as_of - cast(segments.recency_days as integer) as last_activity
        from found
        left join {{ mart(ref('dim_tiers'), published=true) }} as tiers
            on found.tier_id = tiers.tier_id
        left join next_tiers on true
        left join {{ mart(this, published=true) }} as segments
            on found.client_id = segments.client_id
        -- Last: DuckDB writes them as commas, beside which a left join would bind first.
        cross join ledger
        cross join redemptions
    {%- endcall %}
{%- endmacro %}
