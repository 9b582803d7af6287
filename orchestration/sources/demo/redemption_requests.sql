-- The requests with their outcome; `fulfilled_requests` are those that could be paid: rule 8.

create table redemption_requests as
with

decided as (

    select
        open_requests.*,
        fulfilled_requests.id is not null as is_fulfilled
    from open_requests
    left join fulfilled_requests on open_requests.id = fulfilled_requests.id

)

select
    id,
    website_id,
    household_id as client_id,
    item_id,
    points_required as points_used,
    if(is_fulfilled, 'fulfilled', 'rejected') as status,
    requested_at,
    if(is_fulfilled, requested_at + interval 1 minute, null) as approved_at,
    if(is_fulfilled, requested_at + interval 5 minutes, null) as fulfilled_at,
    if(not is_fulfilled, requested_at + interval 1 minute, null) as rejected_at
from decided;
