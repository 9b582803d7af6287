with

windows as (

    select * from {{ ref('int_campaign_windows') }}

),

previous_windows as (

    select * from {{ ref('int_previous_campaign_windows') }}

),

arms as (

    select * from {{ ref('int_campaign_arms') }}

),

previous_arms as (

    select * from {{ ref('int_previous_campaign_arms') }}

),

clients as (

    select * from {{ ref('dim_clients') }}

),

previous_clients as (

    select * from {{ ref('int_previous_clients') }}

),

orders {{ as_inlined() }} (

    select * from {{ ref('int_orders_validated') }}
    where quarantine_reason is null

),

{# Other dates or another website; or it has come, gone, or ended. #}
of_other_windows as (

    select coalesce(windows.campaign_id, previous_windows.campaign_id) as campaign_id
    from windows
    full outer join previous_windows on windows.campaign_id = previous_windows.campaign_id
    where
        windows.website_id is distinct from previous_windows.website_id
        or windows.date_from is distinct from previous_windows.date_from
        or windows.date_to is distinct from previous_windows.date_to
        or windows.is_over is distinct from previous_windows.is_over

),

of_other_members as (

    select coalesce(arms.campaign_id, previous_arms.campaign_id) as campaign_id
    from arms
    full outer join previous_arms
        on
            arms.campaign_id = previous_arms.campaign_id
            and arms.client_id = previous_arms.client_id
    where
        arms.client_id is null
        or previous_arms.client_id is null
        or arms.arm is distinct from previous_arms.arm

),

{# Where a client's days changed, on the website that it is of, and on that which it was of. #}
changed_days as (

    select
        clients.website_id,
        min(changed.from_date) as from_date
    from {{ ref('int_changed_client_days') }} as changed
    inner join clients on changed.client_id = clients.client_id
    group by clients.website_id
    union all
    select
        previous_clients.website_id,
        min(changed.from_date) as from_date
    from {{ ref('int_changed_client_days') }} as changed
    inner join previous_clients on changed.client_id = previous_clients.client_id
    group by previous_clients.website_id

),

of_changed_days as (

    select windows.campaign_id
    from windows
    inner join changed_days on windows.website_id = changed_days.website_id
    where windows.date_to >= changed_days.from_date

),

{# Who moved to another website took along days and orders, which changed with it. #}
moved_members as (

    select
        clients.client_id,
        clients.website_id,
        clients.member_since_date,
        previous_clients.member_since_date as previous_date,
        clients.first_transaction_date
    from clients
    inner join previous_clients
        on
            clients.client_id = previous_clients.client_id
            and clients.website_id = previous_clients.website_id
    where clients.member_since_date is distinct from previous_clients.member_since_date

),

their_orders as (

    select
        client_id,
        min(business_date) as first_order_date
    from orders
    where client_id in (select moved.client_id from moved_members as moved)
    group by client_id

),

{# Whether a client who has no days and no orders is compared changes no sum. #}
of_moved_members as (

    select windows.campaign_id
    from windows
    inner join moved_members on windows.website_id = moved_members.website_id
    left join their_orders on moved_members.client_id = their_orders.client_id
    where
        {{ is_before('moved_members.member_since_date', 'windows.date_from') }}
        != {{ is_before('moved_members.previous_date', 'windows.date_from') }}
        and windows.date_to
        >= least(moved_members.first_transaction_date, their_orders.first_order_date)

),

changed_order_dates as (

    select
        website_id,
        business_date
    from {{ ref('int_previous_orders') }}
    where quarantine_reason is null
    union
    select
        website_id,
        business_date
    from orders
    where order_id in (select changed.order_id from {{ ref('int_changed_orders') }} as changed)

),

of_changed_orders as (

    select windows.campaign_id
    from windows
    inner join changed_order_dates as changed
        on
            windows.website_id = changed.website_id
            and changed.business_date between windows.before_from and windows.date_to

),

{# Another share of margin is assumed. #}
of_other_margins as (

    select windows.campaign_id
    from windows
    cross join {{ ref('int_run') }} as run
    cross join {{ ref('int_previous_run') }} as previous
    where run.margin_share is distinct from previous.margin_share

),

changed as (

    select campaign_id from of_other_windows
    union
    select campaign_id from of_other_margins
    union
    select campaign_id from of_other_members
    union
    select campaign_id from of_changed_days
    union
    select campaign_id from of_moved_members
    union
    select campaign_id from of_changed_orders

),

{# A full build starts from no previous run, and follows no change. #}
followed as (

    select campaign_id from changed
    where exists (select 1 from {{ ref('int_previous_run') }})

)

select * from followed
