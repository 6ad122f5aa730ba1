-- The newest changes, newest first.
--
-- grain:  change_id
-- reads:  ops.changes
-- params: rows
SELECT
    changed_at,
    actor,
    what,
    concat_ws(
        ' / ', provider, sub_account_id, service_name, region_id, resource_id
    ) AS scope,
    link
FROM ops.changes
ORDER BY changed_at DESC, change_id ASC
LIMIT $rows
