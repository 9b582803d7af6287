with

{{ requested_range(sums_up=true) }},

{{ comparison('requested') }},

{{ headline_steps('requested') }}

select
    headlines.place,
    headlines.figure,
    headlines.sentence
from headlines
order by headlines.place
