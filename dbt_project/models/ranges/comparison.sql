with

{{ requested_range(sums_up=true) }},

{{ comparison('requested') }}

select * from compared
order by place
