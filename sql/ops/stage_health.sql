-- When each stage of each flow last went well, how long it took, and how it stands.
--
-- grain:  flow, stage
-- reads:  ops.runs
-- params:
SELECT
    flow,
    stage,
    epoch(max(finished_at) FILTER (outcome IN ('done', 'nothing_new')))
        AS stage_last_success_timestamp_seconds,
    arg_max(epoch(finished_at - started_at), started_at)
    FILTER (finished_at IS NOT NULL) AS stage_last_duration_seconds,
    arg_max(rows_in, started_at) AS stage_last_rows_in,
    arg_max(rows_out, started_at) AS stage_last_rows_out,
    arg_max(outcome IN ('failed', 'crashed'), started_at)::INTEGER AS stage_failed
FROM ops.runs
GROUP BY flow, stage
ORDER BY flow, stage
