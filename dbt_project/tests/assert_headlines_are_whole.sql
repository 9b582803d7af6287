-- A returned row is a website, or null for all together, whose sentences on its whole history are
-- not one to three in order, each whole, of which the first is on its points outstanding.
{{ config(meta={'dagster': {'ref': {'name': 'rpt_headlines'}}}) }}
{%- set all_time = ["date '" ~ first_date() ~ "'", "date '" ~ last_date() ~ "'"] %}

with

websites as (

    select website_id from {{ ref('dim_websites') }}
    union all
    select null as website_id

),

sentences as (

    select
        website_id,
        place,
        figure,
        sentence
    from {{ rows_of(ref('rpt_headlines'), all_time) }}
    union all
    select
        null as website_id,
        place,
        figure,
        sentence
    from {{ rows_of(ref('rpt_all_headlines'), all_time) }}

),

counted as (

    select
        websites.website_id,
        count(sentences.place) as sentences,
        count(distinct sentences.place) as places,
        max(sentences.place) as last_place,
        min_by(sentences.figure, sentences.place) as first_figure,
        count(*) filter (where coalesce(sentences.sentence like '_%.', false)) as whole_sentences
    from websites
    left join sentences on websites.website_id is not distinct from sentences.website_id
    group by websites.website_id

),

broken as (

    select * from counted
    where
        sentences not between 1 and 3
        or places != sentences
        or last_place != sentences
        or whole_sentences != sentences
        or first_figure != 'points_outstanding'

)

select * from broken
