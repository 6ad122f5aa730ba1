-- The newest events of the outbox that fit, in its order, and who has them.
--
-- grain:  event
-- reads:  ops.dead_letters, ops.deliveries, ops.events
-- params: event_id, event_type, is_dead, most, since, subject
--
-- Parameters that are null choose everything; ids and types may be cut off.
WITH arrived AS (
    SELECT
        event_id,
        list_sort(list(sink)) AS delivered_to
    FROM ops.deliveries
    GROUP BY event_id
),

letters AS (
    SELECT
        event_id,
        list_sort(list(sink)) AS refused_by,
        list_sort(list(sink || ': ' || reason)) AS reasons,
        max(attempts) AS attempts,
        min(first_at) AS first_refused_at,
        max(last_at) AS last_refused_at,
        bool_or(state = 'dead') AS is_dead
    FROM ops.dead_letters
    GROUP BY event_id
)

SELECT
    events.event_id,
    events.event_type,
    events.subject,
    events.revision,
    events.occurred_at,
    events.is_muted,
    events.payload,
    coalesce(arrived.delivered_to, []) AS delivered_to,
    coalesce(letters.refused_by, []) AS refused_by,
    letters.reasons,
    letters.attempts,
    letters.first_refused_at,
    letters.last_refused_at
FROM ops.events AS events
LEFT JOIN arrived ON events.event_id = arrived.event_id
LEFT JOIN letters ON events.event_id = letters.event_id
WHERE
    starts_with(events.event_id, coalesce($event_id, ''))
    AND contains(events.event_type, coalesce($event_type, ''))
    AND starts_with(events.subject, coalesce($subject, ''))
    AND ($since::TIMESTAMPTZ IS NULL OR events.occurred_at >= $since::TIMESTAMPTZ)
    AND (NOT $is_dead OR coalesce(letters.is_dead, FALSE))
QUALIFY row_number() OVER (ORDER BY events.rowid DESC) <= $most
ORDER BY events.rowid
