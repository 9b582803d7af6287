with

published as (

    select * from {{ ref('fct_published_figures') }}

),

row_changes as (

    select * from {{ ref('int_row_changes') }}

),

successive as (

    select
        *,
        lag(publication) over period_history as previous_publication,
        lag(as_of) over period_history as previous_as_of,
        lag(value) over period_history as previous_value
    from published
    window
        period_history as (
            partition by website_id, date_from, date_to, figure
            order by publication
        )

),

restated as (

    select * from successive
    where previous_publication is not null

),

restatements as (

    select
        restated.website_id,
        restated.date_from,
        restated.date_to,
        restated.figure,
        restated.publication,
        restated.previous_as_of as reported_as_of,
        restated.as_of as restated_as_of,
        restated.previous_value as from_value,
        restated.value as to_value,
        cast(coalesce(sum(row_changes.rows_added), 0) as bigint) as rows_added,
        cast(coalesce(sum(row_changes.rows_changed), 0) as bigint) as rows_changed,
        cast(coalesce(sum(row_changes.rows_removed), 0) as bigint) as rows_removed
    from restated
    left join row_changes
        on
            restated.website_id = row_changes.website_id
            and row_changes.date between restated.date_from and restated.date_to
            and restated.previous_publication < row_changes.publication
            and restated.publication >= row_changes.publication
    group by all

)

select * from restatements
order by publication, website_id, date_from, date_to, figure
