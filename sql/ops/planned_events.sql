-- Planned events that were told by a moment, the first to begin first.
--
-- grain:  event_id
-- reads:  ops.planned_events
-- params: as_of
SELECT
    event_id,
    title,
    provider,
    billing_account_id,
    sub_account_id,
    service_name,
    region_id,
    first_date,
    last_date,
    direction,
    extra_cost,
    extra_pct,
    author,
    created_at,
    removed_at,
    removed_by
FROM ops.planned_events
WHERE created_at <= $as_of::TIMESTAMPTZ
ORDER BY first_date, created_at, event_id
