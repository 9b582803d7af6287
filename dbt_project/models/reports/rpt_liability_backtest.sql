with

backtest as (

    select * from {{ ref('fct_liability_backtest') }}

)

select * from backtest
order by website_id, month
