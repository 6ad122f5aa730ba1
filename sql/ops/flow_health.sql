-- When each flow last went well, and how long it took.
--
-- grain:  flow
-- reads:  ops.runs
-- params:
--
-- A run goes well while none of its stages has failed. One that is under way is no
-- younger than its last finished stage: one that hangs grows old.
WITH runs AS (
    SELECT
        flow,
        run_id,
        min(started_at) AS started_at,
        max(finished_at) AS finished_at,
        bool_and(outcome NOT IN ('failed', 'crashed')) AS is_well,
        sum(waited_seconds) AS waited_seconds
    FROM ops.runs
    GROUP BY ALL
)

SELECT
    flow,
    epoch(max(finished_at) FILTER (is_well)) AS last_success_timestamp_seconds,
    arg_max(epoch(finished_at - started_at), started_at) FILTER (is_well)
        AS last_duration_seconds,
    arg_max(waited_seconds, started_at) AS turn_wait_seconds
FROM runs
GROUP BY flow
ORDER BY flow
