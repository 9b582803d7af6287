with

known as (

    select
        publication,
        as_of,
        website_id,
        date_from,
        date_to,
        figure,
        value
    from {{ ref('stg_pipeline__published_figures') }}

),

figures as (

    select
        website_id,
        date_from,
        date_to,
        figure,
        value
    from (
        select
            website as website_id,
            date_from,
            date_to,
            cast(total_active_clients as decimal(38, 2)) as total_active_clients,
            cast(total_points_issued as decimal(38, 2)) as total_points_issued,
            cast(total_points_redeemed as decimal(38, 2)) as total_points_redeemed,
            cast(total_points_balance as decimal(38, 2)) as total_points_balance,
            cast(total_redemptions as decimal(38, 2)) as total_redemptions,
            cast(total_redemption_value as decimal(38, 2)) as total_redemption_value
        from {{ ref('loyalty_analytics') }}
    ) as records unpivot (
        value for figure in (
            total_active_clients,
            total_points_issued,
            total_points_redeemed,
            total_points_balance,
            total_redemptions,
            total_redemption_value
        )
    )

),

last_known as (

    select
        website_id,
        date_from,
        date_to,
        figure,
        max_by(value, publication) as value
    from known
    group by website_id, date_from, date_to, figure

),

news as (

    select
        publication.publication,
        run.as_of,
        figures.website_id,
        figures.date_from,
        figures.date_to,
        figures.figure,
        figures.value
    from figures
    cross join {{ ref('int_publication') }} as publication
    cross join {{ ref('int_run') }} as run
    left join last_known
        on
            figures.website_id = last_known.website_id
            and figures.date_from = last_known.date_from
            and figures.date_to = last_known.date_to
            and figures.figure = last_known.figure
    where figures.value is distinct from last_known.value

),

published as (

    select * from known
    union all
    select * from news

)

select * from published
order by publication, website_id, date_from, date_to, figure
