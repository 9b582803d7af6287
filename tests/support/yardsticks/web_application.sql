-- One dashboard load as the web application answers it: from its own tables, at the time of asking.
-- Each query is a statement; its name stands in the comment above it.

-- calculate: active clients and points balance
select count(*) filter (where loyalty_points > 0), sum(loyalty_points)
from clients where website_id = :website;

-- calculate: points issued and redeemed
select
    sum(points) filter (where transaction_type = 'add'),
    -sum(points) filter (where transaction_type = 'redeem')
from loyalty_transactions
where website_id = :website and timestamp >= :'from' and timestamp < :'until';

-- calculate: redemptions
select count(*), sum(points_used), count(distinct client_id)
from redemption_requests
where website_id = :website and status = 'fulfilled'
    and requested_at >= :'from' and requested_at < :'until';

-- calculate: most popular item
select item_id, count(*)
from redemption_requests
where website_id = :website and status = 'fulfilled'
    and requested_at >= :'from' and requested_at < :'until'
group by item_id order by count(*) desc, item_id limit 1;

-- calculate and tiers: clients by tier
select tiers.id, tiers.name, tiers.threshold, count(clients.id)
from loyalty_tiers as tiers
left join clients on clients.tier_id = tiers.id and clients.loyalty_points > 0
where tiers.website_id = :website
group by tiers.id order by tiers.threshold;

-- trend: by day
select
    date(timestamp at time zone 'UTC'),
    sum(points) filter (where transaction_type = 'add'),
    -sum(points) filter (where transaction_type = 'redeem'),
    sum(points)
from loyalty_transactions
where website_id = :website and timestamp >= :'from' and timestamp < :'until'
group by 1 order by 1;

-- trend: balance before the first day
select sum(points) from loyalty_transactions
where website_id = :website and timestamp < :'from';

-- top items
select items.id, items.name, items.points_required, count(*), categories.name
from redemption_requests as requests
inner join redemption_items as items on requests.item_id = items.id
inner join redemption_categories as categories on items.category_id = categories.id
where requests.website_id = :website and requests.status = 'fulfilled'
group by items.id, categories.name order by count(*) desc, items.id limit 10;

-- engagement: clients with transactions
select count(distinct client_id) from loyalty_transactions
where website_id = :website and timestamp >= :'from' and timestamp < :'until';

-- engagement: clients with redemptions
select count(distinct client_id) from redemption_requests
where website_id = :website and status = 'fulfilled'
    and requested_at >= :'from' and requested_at < :'until';
