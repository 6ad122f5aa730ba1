-- Events that a sink does not have yet, oldest first.
--
-- grain:  event
-- reads:  ops.events, ops.deliveries
-- params: sink
--
-- Events are inserted in the order in which they happened, so the row id breaks ties
-- between those of one moment: opened comes before resolved.
WITH delivered AS (
    SELECT event_id
    FROM ops.deliveries
    WHERE sink = $sink
)

SELECT
    events.event_id,
    events.payload
FROM ops.events AS events
ANTI JOIN delivered ON events.event_id = delivered.event_id
WHERE NOT events.is_muted
ORDER BY events.occurred_at, events.rowid
