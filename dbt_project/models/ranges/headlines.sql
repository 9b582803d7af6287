with

{{ requested_range(sums_up=true) }},

{{ comparison('requested') }},

{{ headline_figures('requested') }},

{{ headline_sentences() }}

select
    headlines.place,
    headlines.figure,
    headlines.sentence
from headlines
order by headlines.place
