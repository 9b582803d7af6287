with

{{ changed_ids('orders') }}

select * from changed
