{#
    What the programme's value in a window and in any range are both made of. Columns are qualified,
    for parameters of a table macro stand for those that are not.
#}

{# The CTE `terms`: of each website, what is known at as_of and holds for any window. #}
{% macro programme_terms(published=true) -%}
curves as (

    select
        curve.website_id,
        max(curve.age_months) as last_age,
        max_by(curve.redeemed_share, curve.age_months) as redeemed_share
    from {{ mart(ref('fct_redemption_curve'), published) }} as curve
    group by curve.website_id

),

terms as (

    select
        liability.website_id,
        run.as_of,
        run.has_orders,
        cast(1000000 * run.margin_share as {{ whole_number() }}) as margin_share,
        cast(1000000 * liability.point_value as {{ whole_number() }}) as point_value,
        case
            when {{ is_long_enough('curves.last_age') }}
                then cast(1000000000000 * curves.redeemed_share as {{ whole_number() }})
        end as redeemed_share
    from {{ mart(ref('fct_liability'), published) }} as liability
    left join curves on liability.website_id = curves.website_id
    cross join {{ mart(ref('dim_run'), published) }} as run

)
{%- endmacro %}

{# What campaigns cost and experiments among them brought. #}
{% macro campaign_sums(campaigns) -%}
    sum({{ campaigns }}.cost) as campaign_cost,
    count(*) filter (
        where {{ campaigns }}.design = 'experiment' and {{ campaigns }}.status = 'ok'
    ) as experiments,
    count({{ campaigns }}.incremental_margin) as experiments_with_margin,
    sum({{ campaigns }}.incremental_margin) as incremental_margin
{%- endmacro %}

{#
    The CTE `valued` of the sums in `summed`: money as whole numbers of 10^-18, and a hundredth of
    it where percents are taken; null where anything that it hangs on is not known.
#}
{% macro valued_programme(summed) -%}
valued as (

    select
        summed.website_id,
        summed.as_of,
        summed.days,
        summed.has_orders,
        summed.orders,
        summed.revenue,
        summed.revenue_of_redeemers,
        summed.campaign_cost,
        summed.redeemed_share,
        summed.redeemed,
        summed.point_value,
        summed.issued * summed.redeemed_share * summed.point_value as accrued_cost,
        accrued_cost + cast(100 * summed.campaign_cost as {{ whole_number() }}) * 10000000000000000 as cost,
        case
            when summed.has_orders
                then cast(100 * summed.revenue as {{ whole_number() }}) * 100000000000000
        end as hundredth_of_revenue,
        case
            when summed.has_orders and summed.orders_without_margin = 0
                then cast(100 * summed.margin as {{ whole_number() }}) * 100000000000000
            when summed.has_orders
                then
                    cast(100 * summed.margin as {{ whole_number() }}) * 100000000000000
                    + cast(100 * summed.revenue_without_margin as {{ whole_number() }})
                    * summed.margin_share * 100000000
        end as hundredth_of_margin,
        case
            when summed.experiments > 0 and summed.experiments = summed.experiments_with_margin
                then cast(1000000000000 * summed.incremental_margin as {{ whole_number() }}) * 1000000
        end as incremental_margin
    from {{ summed }} as summed

)
{%- endmacro %}

{% macro programme_value_keys(valued) -%}
    {#- Points times a value of six decimals times a share of twelve have eighteen. -#}
    {%- set one = '1000000000000000000' -%}
    {{ valued }}.as_of,
    {{ valued }}.days,
    case when {{ valued }}.has_orders then cast({{ valued }}.orders as bigint) end as orders,
    case
        when {{ valued }}.has_orders then cast({{ valued }}.revenue as decimal(38, 2))
    end as revenue,
    case
        when {{ valued }}.has_orders then cast({{ valued }}.revenue_of_redeemers as decimal(38, 2))
    end as revenue_of_redeemers,
    {{ ratio_or_null(valued ~ '.redeemed * ' ~ valued ~ '.point_value', '1000000') }}
        as points_redeemed_cost,
    {{ ratio_or_null(valued ~ '.accrued_cost', one) }} as points_accrued_cost,
    cast({{ valued }}.campaign_cost as decimal(38, 2)) as campaign_cost,
    {{ ratio_or_null(valued ~ '.cost', one) }} as cost,
    {{ ratio_or_null(valued ~ '.cost', valued ~ '.hundredth_of_revenue') }} as cost_rate,
    {{ ratio_or_null(valued ~ '.cost', valued ~ '.hundredth_of_margin') }} as break_even_uplift,
    {{ ratio_or_null(
        '(' ~ valued ~ '.incremental_margin - ' ~ valued ~ '.cost)', valued ~ '.cost'
    ) }} as roi,
    case
        when not ({{ valued }}.has_orders and {{ valued }}.orders > 0) then 'no_orders'
        when {{ valued }}.hundredth_of_margin is null then 'no_margin'
        when {{ valued }}.point_value is null then 'no_point_value'
        when {{ valued }}.redeemed_share is null then 'short_history'
        when {{ valued }}.incremental_margin is null then 'no_experiment'
        else 'ok'
    end as status
{%- endmacro %}
