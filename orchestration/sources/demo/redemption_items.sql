-- The department of each coupon, and the items that coupons become on each website: rule 6.

create table coupon_departments as
select
    coupons.coupon_upc,
    coupons.campaign_id,
    products.department
from coupons
inner join products on coupons.product_id = products.product_id
group by coupons.coupon_upc, coupons.campaign_id, products.department
qualify
    row_number() over (
        partition by coupons.coupon_upc, coupons.campaign_id
        order by count(distinct coupons.product_id) desc, products.department asc
    ) = 1;

create table redemption_items as
with

offers as (

    select
        coupon_departments.department,
        campaign_descriptions.campaign_type,
        max(campaign_descriptions.end_date) >= timestamp '2017-12-31' as is_active
    from coupon_departments
    inner join
        campaign_descriptions
        on coupon_departments.campaign_id = campaign_descriptions.campaign_id
    group by coupon_departments.department, campaign_descriptions.campaign_type

),

families as (

    select
        name as category_name,
        unnest(departments) as department
    from category_rules

)

select
    row_number() over (
        order by redemption_categories.id, offers.department, offers.campaign_type
    ) as id,
    redemption_categories.website_id,
    redemption_categories.id as category_id,
    format('{} coupon ({})', offers.department, offers.campaign_type) as name,
    campaign_rules.points_required,
    'coupon' as redemption_type,
    offers.is_active
from offers
inner join campaign_rules on offers.campaign_type = campaign_rules.campaign_type
inner join families on offers.department = families.department
inner join redemption_categories on families.category_name = redemption_categories.name;
