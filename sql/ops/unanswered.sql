-- Events of the outbox that may call for a response and have none, oldest first.
--
-- grain:  event
-- reads:  muted_anomalies, ops.events, ops.responses
-- params: at, types
--
-- muted_anomalies is a temporary table, filled by findings/muted_anomalies. What a mute
-- covers waits for its end, and what was over by then needs no response.
SELECT
    events.event_id,
    events.payload
FROM ops.events AS events
WHERE
    NOT events.is_muted
    AND list_contains($types, events.event_type)
    AND NOT EXISTS (
        SELECT 1
        FROM ops.responses AS responses
        WHERE responses.event_id = events.event_id
    )
    AND NOT EXISTS (
        SELECT 1
        FROM muted_anomalies AS muted
        WHERE
            muted.anomaly_id = events.subject
            AND (
                (
                    muted.created_at <= $at::TIMESTAMPTZ
                    AND muted.ends_at > $at::TIMESTAMPTZ
                )
                OR (
                    NOT muted.is_open
                    AND events.occurred_at >= muted.created_at
                    AND events.occurred_at < muted.ends_at
                )
            )
    )
ORDER BY events.occurred_at, events.rowid
