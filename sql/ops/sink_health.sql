-- How the relay stands with each sink of the settings.
--
-- grain:  sink
-- reads:  ops.dead_letters, ops.sinks
-- params: sinks
--
-- One that was taken out of the settings keeps its row, and troubles nobody.
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
WHERE sinks.sink IN (SELECT unnest($sinks::VARCHAR[]))
ORDER BY sinks.sink
