with

{{ asked_range(sums_up=true) }},

{{ comparison('asked') }}

select * from compared
order by place
