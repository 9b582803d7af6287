select cast(null as bigint) as campaign_id, cast(null as varchar) as metric, cast(null as decimal(38,4)) as incremental_total where false
