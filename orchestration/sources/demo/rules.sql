-- The values of rules 2, 4, 6 and 12. A website has the stores from its first one on.

create table website_rules (id bigint, name text, timezone text, first_store_id bigint);

insert into website_rules values
(1, 'Riverside Market', 'America/New_York', 0),
(2, 'Harbor Fresh', 'America/New_York', 367),
(3, 'Prairie Pantry', 'America/Chicago', 450);

create table tier_rules (name text, threshold integer);

insert into tier_rules values
('Bronze', 0),
('Silver', 1000),
('Gold', 5000),
('Platinum', 10000);

create table campaign_rules (campaign_type text, points_required integer);

insert into campaign_rules values
('Type A', 250),
('Type B', 500),
('Type C', 1000);

create table category_rules (category_rank integer, name text, departments text[]);

insert into category_rules values
(1, 'Pantry', ['GROCERY']),
(2, 'Fresh Produce & Flowers', ['PRODUCE', 'FLORAL']),
(3, 'Meat & Seafood', ['MEAT', 'MEAT-PCKGD', 'SEAFOOD-PCKGD']),
(4, 'Deli & Bakery', ['DELI', 'PASTRY']),
(5, 'Health & Household', ['DRUG GM', 'COSMETICS', 'NUTRITION']);

create table widget_rules (position integer, widget_type text, title text, config text);

insert into widget_rules values
(1, 'points_issued', 'Points Issued Over Time', '{"chart": "line", "days": 90}'),
(2, 'redemptions_trend', 'Redemptions Trend', '{"chart": "bar", "days": 90}'),
(3, 'tier_distribution', 'Loyalty Tier Distribution', '{"chart": "pie"}'),
(4, 'top_redemptions', 'Top Redemption Items', '{"limit": 5}'),
(5, 'engagement_rate', 'Client Engagement Rate', '{}'),
(6, 'points_balance', 'Points Balance', '{}'),
(7, 'conversion_rate', 'Points to Wallet Conversion', '{"days": 365}');
