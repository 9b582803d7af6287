with

run as (

    select * from {{ ref('stg_pipeline__run') }}

),

entities as (

    select * from {{ ref('stg_pipeline__deliveries') }}

),

delivered as (

    select * from {{ ref('int_delivered_rows') }}

),

published as (

    select * from {{ ref('stg_pipeline__published_rows') }}

),

{# Rows of each entity, website and type: valid and quarantined, now and as last published. #}
compared as (

    select
        entity,
        website_id,
        transaction_type,
        sum(delivered_rows) filter (where is_now and reason is null) as valid_rows,
        sum(delivered_rows) filter (where is_now and reason is not null) as quarantined_rows,
        sum(delivered_rows) filter (where not is_now and reason is null) as valid_before,
        sum(delivered_rows) filter (where not is_now and reason is not null) as quarantined_before
    from (
        select
            entity,
            website_id,
            transaction_type,
            reason,
            delivered_rows,
            true as is_now
        from delivered
        union all
        select
            entity,
            website_id,
            transaction_type,
            reason,
            delivered_rows,
            false as is_now
        from published
    ) as all_rows
    group by entity, website_id, transaction_type

),

{# The same of whole entities, of a website in an entity, and of a type in the ledger. #}
grouped as (

    select
        entity,
        website_id,
        transaction_type,
        grouping(website_id) = 0 as is_of_website,
        grouping(transaction_type) = 0 as is_of_type,
        not is_of_website and not is_of_type as is_whole,
        cast(coalesce(sum(valid_rows), 0) as bigint) as valid_rows,
        cast(coalesce(sum(quarantined_rows), 0) as bigint) as quarantined_rows,
        cast(coalesce(sum(valid_before), 0) as bigint) as valid_before,
        cast(coalesce(sum(quarantined_before), 0) as bigint) as quarantined_before
    from compared
    group by grouping sets ((entity), (entity, website_id), (entity, transaction_type))

),

shares as (

    select
        *,
        quarantined_rows / nullif(valid_rows + quarantined_rows, 0) as quarantined_share,
        coalesce(quarantined_before / nullif(valid_before + quarantined_before, 0), 0)
            as share_before
    from grouped

),

{# The first rule that a delivery breaks, the widest first. #}
validated as (

    select
        shares.*,
        case
            when
                shares.is_whole
                and shares.valid_rows = 0
                and (
                    shares.valid_before > 0
                    or (entities.is_required and shares.quarantined_rows > 0)
                )
                then 'no_valid_row'
            when
                shares.is_of_website
                and shares.valid_rows = 0
                and shares.valid_before > 0
                and (
                    shares.quarantined_rows > 0
                    or shares.entity in ('websites', 'loyalty_transactions')
                )
                then 'website_without_valid_row'
            when
                shares.is_of_type
                and shares.transaction_type is not null
                and shares.valid_rows = 0
                and shares.valid_before > 0
                then 'type_without_valid_row'
            when
                shares.is_whole
                and round(shares.quarantined_share - shares.share_before, 9) > run.max_quarantined
                then 'too_many_quarantined'
        end as rule
    from shares
    inner join entities on shares.entity = entities.entity
    cross join run

),

breaches as (

    select
        entity,
        rule,
        website_id,
        transaction_type,
        valid_rows,
        quarantined_rows,
        valid_before,
        quarantined_before
    from validated
    where rule is not null
    -- Where an entity has no valid row, none of its websites and types has one.
    qualify
        rule = 'no_valid_row'
        or not bool_or(rule = 'no_valid_row') over (partition by entity)

)

select * from breaches
