-- Events that a sink does not have yet and may have now, in the order of the outbox.
--
-- grain:  event
-- reads:  muted_anomalies, ops.dead_letters, ops.deliveries, ops.events
-- params: at, most, most_bytes, sink
--
-- While a mute holds (muted_anomalies is filled by mutes.refresh), nothing of
-- its anomalies is delivered. After its end what happened meanwhile is delivered if the
-- anomaly is still open, or if the sink knows of it; else nobody needs to hear of it.
-- A refused event holds back its subject's later ones. Row ids give the order.
WITH delivered AS (
    SELECT event_id
    FROM ops.deliveries
    WHERE sink = $sink
),

heard AS (
    SELECT DISTINCT muted.anomaly_id
    FROM muted_anomalies AS muted
    INNER JOIN ops.events AS events ON muted.anomaly_id = events.subject
    INNER JOIN delivered ON events.event_id = delivered.event_id
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
        AND events.subject NOT IN (SELECT heard.anomaly_id FROM heard)
),

stuck AS (
    SELECT
        events.subject,
        min(events.rowid) AS place
    FROM ops.dead_letters AS letters
    INNER JOIN ops.events AS events ON letters.event_id = events.event_id
    WHERE letters.sink = $sink AND letters.state = 'dead'
    GROUP BY events.subject
),

due AS (
    SELECT
        events.event_id,
        events.subject,
        events.payload,
        events.rowid AS place
    FROM ops.events AS events
    LEFT JOIN stuck ON events.subject = stuck.subject
    WHERE
        NOT events.is_muted
        AND events.event_id NOT IN (SELECT delivered.event_id FROM delivered)
        AND events.event_id NOT IN (
            SELECT event_id FROM ops.dead_letters
            WHERE sink = $sink AND state = 'dropped'
        )
        AND events.subject NOT IN (SELECT over.subject FROM over)
        AND events.subject NOT IN (
            SELECT anomaly_id FROM muted_anomalies
            WHERE created_at <= $at::TIMESTAMPTZ AND ends_at > $at::TIMESTAMPTZ
        )
        AND (stuck.place IS NULL OR events.rowid < stuck.place)
    ORDER BY place
    LIMIT $most
)

SELECT
    event_id,
    subject,
    payload
FROM due
QUALIFY
    sum(strlen(payload)) OVER (ORDER BY place) <= $most_bytes
    OR row_number() OVER (ORDER BY place) = 1
ORDER BY place
