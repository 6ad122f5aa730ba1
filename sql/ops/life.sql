-- Every revision of an anomaly as it was told, oldest first.
--
-- grain:  event
-- reads:  ops.events
-- params: id
SELECT
    occurred_at AS told_at,
    revision,
    split_part(event_type, '.', -2) AS what,
    payload ->> '$.data.status' AS status,
    payload ->> '$.data.kind' AS kind,
    (payload ->> '$.data.first_date')::DATE AS first_date,
    (payload ->> '$.data.last_date')::DATE AS last_date,
    (payload ->> '$.data.impact')::DECIMAL(38, 18) AS impact,
    is_muted
FROM ops.events
WHERE subject = $id
ORDER BY revision, rowid
