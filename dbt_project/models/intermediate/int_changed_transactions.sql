with

{{ changed_ids('loyalty_transactions') }}

select * from changed
