with

{{ asked_range(sums_up=true) }},

{{ comparison('asked') }},

{{ headline_steps('asked') }}

select
    headlines.place,
    headlines.figure,
    headlines.sentence
from headlines
order by headlines.place
