-- Baskets as orders, and the campaigns with the households that were mailed: rules 13 and 14.

create table orders as
select
    row_number() over (
        order by baskets.bought_at, baskets.household_id, baskets.basket_id
    ) as id,
    households.website_id,
    baskets.household_id as client_id,
    baskets.bought_at as ordered_at,
    baskets.amount
from baskets
inner join households on baskets.household_id = households.household_id;

create table campaigns as
with

mailed_websites as (

    select distinct
        mailings.campaign_id,
        households.website_id
    from mailings
    inner join households on mailings.household_id = households.household_id

)

select
    row_number() over (order by mailed_websites.campaign_id, mailed_websites.website_id) as id,
    mailed_websites.website_id,
    format(
        'Campaign {} ({})', campaign_descriptions.campaign_id, campaign_descriptions.campaign_type
    ) as name,
    campaign_descriptions.start_date at time zone websites.timezone as starts_at,
    (campaign_descriptions.end_date + interval 1 day) at time zone websites.timezone as ends_at,
    mailed_websites.campaign_id as mailing_id
from mailed_websites
inner join
    campaign_descriptions
    on mailed_websites.campaign_id = campaign_descriptions.campaign_id
inner join websites on mailed_websites.website_id = websites.id;

create table campaign_members as
select
    campaigns.id as campaign_id,
    mailings.household_id as client_id
from mailings
inner join households on mailings.household_id = households.household_id
inner join
    campaigns
    on
        mailings.campaign_id = campaigns.mailing_id
        and households.website_id = campaigns.website_id;
