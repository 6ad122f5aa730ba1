-- How the relay stands with each sink.
--
-- grain:  sink
-- reads:  ops.dead_letters, ops.sinks
-- params:
WITH dead AS (
    SELECT
        sink,
        count(*) AS dead_letters
    FROM ops.dead_letters
    WHERE state = 'dead'
    GROUP BY sink
)

SELECT
    sinks.sink,
    coalesce(dead.dead_letters, 0) AS dead_letters,
    sinks.failures AS sink_failures,
    epoch(sinks.worked_at) AS sink_last_success_timestamp_seconds
FROM ops.sinks AS sinks
LEFT JOIN dead ON sinks.sink = dead.sink
ORDER BY sinks.sink
