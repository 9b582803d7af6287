with

restatements as (

    select * from {{ ref('fct_restatements') }}

),

payload as (

    select
        website_id,
        publication,
        date_from,
        date_to,
        figure,
        reported_as_of,
        restated_as_of,
        from_value,
        to_value,
        rows_added,
        rows_changed,
        rows_removed
    from restatements

)

select * from payload
order by website_id, publication, date_from, date_to, figure
