-- Events that a sink does not have yet and may have now, oldest first.
--
-- grain:  event
-- reads:  muted_anomalies, ops.deliveries, ops.events
-- params: at, sink
--
-- muted_anomalies is a temporary table, filled by findings/muted_anomalies. While a
-- mute holds, nothing of its anomalies is delivered. After its end what happened
-- meanwhile is delivered if the anomaly is still open, or if the sink knows of it;
-- else nobody needs to hear of its end either.
--
-- Events are inserted in the order in which they happened, so the row id breaks ties
-- between those of one moment: opened comes before resolved.
WITH delivered AS (
    SELECT
        deliveries.event_id,
        events.subject
    FROM ops.deliveries AS deliveries
    INNER JOIN ops.events AS events ON deliveries.event_id = events.event_id
    WHERE deliveries.sink = $sink
),

held AS (
    SELECT anomaly_id
    FROM muted_anomalies
    WHERE created_at <= $at::TIMESTAMPTZ AND ends_at > $at::TIMESTAMPTZ
),

over AS (
    SELECT events.subject
    FROM ops.events AS events
    INNER JOIN muted_anomalies AS muted
        ON
            events.subject = muted.anomaly_id
            AND events.occurred_at >= muted.created_at
            AND events.occurred_at < muted.ends_at
    WHERE
        NOT muted.is_open
        AND events.subject NOT IN (SELECT delivered.subject FROM delivered)
)

SELECT
    events.event_id,
    events.payload
FROM ops.events AS events
WHERE
    NOT events.is_muted
    AND events.event_id NOT IN (SELECT delivered.event_id FROM delivered)
    AND events.subject NOT IN (SELECT over.subject FROM over)
    AND events.subject NOT IN (SELECT held.anomaly_id FROM held)
ORDER BY events.occurred_at, events.rowid
