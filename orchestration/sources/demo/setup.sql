-- What each website is set up with: rules 2, 4, 6 (categories) and 12.

create table websites as
select
    id,
    name,
    timezone
from website_rules;

create table loyalty_tiers as
select
    row_number() over (order by websites.id, tier_rules.threshold) as id,
    websites.id as website_id,
    tier_rules.name,
    tier_rules.threshold
from websites
cross join tier_rules;

create table redemption_categories as
select
    row_number() over (order by websites.id, category_rules.category_rank) as id,
    websites.id as website_id,
    category_rules.name
from websites
cross join category_rules;

create table dashboard_widgets as
select
    row_number() over (order by websites.id, widget_rules.position) as id,
    websites.id as website_id,
    widget_rules.widget_type,
    widget_rules.title,
    widget_rules.position,
    true as is_visible,
    widget_rules.config,
    timestamp '2017-01-01' at time zone 'America/New_York' as created_at
from websites
cross join widget_rules;
