{#- The quantile of the normal distribution that 2.5 % lie beyond. -#}
{%- set z = '1.959963984540054' -%}
{%- set arms = ['treatment', 'comparison'] -%}

with

comparisons as (

    select * from {{ ref('int_campaign_comparisons') }}

),

{# What the arms are compared by: an experiment's own values, else by how much they changed. #}
outcomes as (

    select
        *,
    {% for arm in arms %}
        if(
            is_experiment,
            {{ arm }}_during,
            {{ arm }}_during - {{ arm }}_before
        ) as {{ arm }}_outcome,
        if(
            is_experiment,
            {{ arm }}_during_squared,
            {{ arm }}_during_squared - 2 * {{ arm }}_product + {{ arm }}_before_squared
        ) as {{ arm }}_outcome_squared{{ ',' if not loop.last }}
    {% endfor %}
    from comparisons

),

{#
    Whole numbers: a gap is a difference of means × the clients of both arms, a spread a variance or
    covariance × clients × (clients − 1).
#}
moments as (

    select
        *,
        treatment_clients * comparison_clients * units as pairs,
        comparison_clients * treatment_outcome - treatment_clients * comparison_outcome as gap,
        comparison_clients * treatment_before - treatment_clients * comparison_before
            as gap_before,
        treatment_clients + comparison_clients as clients,
        treatment_before + comparison_before as before,
        clients * (treatment_before_squared + comparison_before_squared) - before * before
            as spread_before,
        clients * (treatment_product + comparison_product)
        - (treatment_during + comparison_during) * before as spread_of_both,
    {% for arm in arms %}
        {{ arm }}_clients * {{ arm }}_outcome_squared - {{ arm }}_outcome * {{ arm }}_outcome
            as {{ arm }}_spread,
        {{ arm }}_clients * {{ arm }}_before_squared - {{ arm }}_before * {{ arm }}_before
            as {{ arm }}_spread_before,
        {{ arm }}_clients * {{ arm }}_product - {{ arm }}_during * {{ arm }}_before
            as {{ arm }}_spread_of_both{{ ',' if not loop.last }}
    {% endfor %}
    from outcomes

),

{#
    θ = slope ÷ slope_of; 0 where no client differed from another before, and where nothing is
    adjusted, since what follows needs room.
#}
slopes as (

    select
        *,
        if(is_experiment and spread_before != 0, spread_of_both, 0) as slope,
        if(is_experiment and spread_before != 0, spread_before, 1) as slope_of,
        if(slope < 0, -1, 1) as slope_sign
    from moments

),

{# What θ takes from the gap, and what slopes explain of each spread: whole numbers and rests. #}
products as (

    select
        *,
        {{ product_over('abs(slope)', 'abs(gap_before)', 'slope_of') }} as shift,
        slope_sign * if(gap_before < 0, -1, 1) as shift_sign,
    {% for arm in arms %}
        {%- set own_slope = 'abs(' ~ arm ~ '_spread_of_both)' %}
        greatest({{ arm }}_spread_before, 1) as {{ arm }}_slope_of,
        {{ product_over(own_slope, own_slope, arm ~ '_slope_of') }} as {{ arm }}_explained,
        {{ product_over('abs(slope)', arm ~ '_spread_before', 'slope_of') }}
            as {{ arm }}_sloped{{ ',' if not loop.last }}
    {% endfor %}
    from slopes

),

{#
    The spread of an experiment's adjusted values: what a slope of the arm's own would leave of it,
    and what θ leaves beyond that. Whole numbers are subtracted before doubles are made of them, so
    that what is left of a close fit isn't lost.
#}
residuals as (

    select
        *,
        gap - shift_sign * {{ item('shift', 1) }} as adjusted_gap,
    {% for arm in arms %}
        case
            when is_experiment
                then
                    cast({{ arm }}_spread - {{ item(arm ~ '_explained', 1) }} as double)
                    - cast({{ item(arm ~ '_explained', 2) }} as double) / {{ arm }}_slope_of
                    + power(
                        cast(
                            slope_sign * {{ item(arm ~ '_sloped', 1) }}
                            - {{ arm }}_spread_of_both as double
                        )
                        + slope_sign * cast({{ item(arm ~ '_sloped', 2) }} as double) / slope_of,
                        2
                    ) / {{ arm }}_slope_of
        end as {{ arm }}_residual{{ ',' if not loop.last }}
    {% endfor %}
    from products

),

{# The adjusted gap as its sign, a whole number and a fraction, neither of them negative. #}
adjusted as (

    select
        *,
        case
            when adjusted_gap > 0 then 1
            when adjusted_gap < 0 then -1
            else -shift_sign
        end as adjusted_sign,
        adjusted_sign = shift_sign and {{ item('shift', 2) }} > 0 as is_short_of_whole,
        abs(adjusted_gap) - if(is_short_of_whole, 1, 0) as adjusted_whole,
        if(is_short_of_whole, slope_of - {{ item('shift', 2) }}, {{ item('shift', 2) }})
            as adjusted_part
    from residuals

),

{# Doubles serve roots alone. Spark adds decimals of 37 digits without loss. #}
estimated as (

    select
        *,
        {{ ratio_or_null('gap', 'pairs', 4) }} as exact_effect,
        cast({{ ratio_or_null('gap', 'pairs', 12) }} as decimal(37, 12)) as long_effect,
        nullif(pairs, 0) as divisor,
        {{ mixed_ratio('adjusted_whole', 'adjusted_part', 'slope_of', 'divisor', 4) }}
            as adjusted_size,
        cast({{ ratio_or_null('adjusted_whole', 'pairs', 12) }} as decimal(37, 12))
        + {{ exact_decimal('cast(adjusted_part as double) / slope_of / divisor', 12) }}
            as long_adjusted_size,
        if(adjusted_sign < 0, -adjusted_size, adjusted_size) as exact_adjusted,
        cast(
            if(adjusted_sign < 0, -long_adjusted_size, long_adjusted_size) as decimal(37, 12)
        ) as long_adjusted,
        {{ half_interval(z, 'treatment_spread', 'comparison_spread') }} as half,
        {{ half_interval(z, 'treatment_residual', 'comparison_residual') }} as adjusted_half
    from adjusted

),

shown as (

    select
        *,
        status != 'too_early' as has_means,
        status in ('too_few', 'ok') as has_effects,
        status = 'ok' as has_intervals,
        has_effects and is_experiment as has_adjusted_effects,
        has_intervals and is_experiment as has_adjusted_intervals,
    {% for arm in arms %}
        case
            when has_means
                then {{ ratio_or_null(arm ~ '_during', arm ~ '_clients * units', 4) }}
        end as {{ arm }}_mean,
        case
            when has_means
                then {{ ratio_or_null(arm ~ '_before', arm ~ '_clients * units', 4) }}
        end as {{ arm }}_mean_before{{ ',' if not loop.last }}
    {% endfor %}
    from estimated

),

metrics as (

    select
        campaign_id,
        website_id,
        cast(place as integer) as place,
        metric,
        treatment_mean,
        comparison_mean,
        treatment_mean_before,
        comparison_mean_before,
        case when has_effects then exact_effect end as effect,
        case
            when has_intervals then {{ bound('exact_effect', 'long_effect', '-half') }}
        end as effect_low,
        case
            when has_intervals then {{ bound('exact_effect', 'long_effect', 'half') }}
        end as effect_high,
        case when has_adjusted_effects then exact_adjusted end as adjusted_effect,
        case
            when has_adjusted_intervals
                then {{ bound('exact_adjusted', 'long_adjusted', '-adjusted_half') }}
        end as adjusted_low,
        case
            when has_adjusted_intervals
                then {{ bound('exact_adjusted', 'long_adjusted', 'adjusted_half') }}
        end as adjusted_high,
        case
            when has_effects and is_experiment
                then {{ ratio_or_null('gap', 'treatment_clients * comparison_during', 4) }}
            when has_effects
                then {{ ratio_or_null(
                    'gap',
                    '(comparison_clients * treatment_before'
                    ~ ' + treatment_clients * comparison_outcome)',
                    4
                ) }}
        end as relative_effect,
        case
            when has_intervals
                then {{ ratio_or_null('gap', 'comparison_clients * units', 4) }}
        end as incremental_total
    from shown

)

select * from metrics
order by campaign_id, place
