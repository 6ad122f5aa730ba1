-- Events that a sink does not have yet, oldest first.
--
-- grain:  event
-- reads:  ops.events, ops.deliveries
-- params: sink
--
-- Events are inserted in the order in which they happened, so the row id breaks ties
-- between those of one moment: opened comes before resolved.
SELECT
    events.event_id,
    events.payload
FROM ops.events AS events
ANTI JOIN ops.deliveries AS deliveries
    ON events.event_id = deliveries.event_id AND deliveries.sink = $sink
WHERE NOT events.is_muted
ORDER BY events.occurred_at, events.rowid
