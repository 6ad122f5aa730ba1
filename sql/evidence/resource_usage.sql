-- How much of each resource was used over the days of evidence.
--
-- grain:  provider, resource_id, metric
-- reads:  evidence.utilisation
-- params: from_date, to_date
--
-- The peak is the 95th percentile of the daily 95th percentiles: one odd day does not
-- hide that a machine is idle, and one quiet week does not hide that it is busy. A day
-- whose value is no number was not measured.
SELECT
    provider,
    resource_id,
    metric,
    count(*) AS days,
    min(samples) AS samples,
    avg(mean_value) AS mean_value,
    quantile_cont(p95_value, 0.95) AS peak_value,
    max(max_value) AS highest_value,
    $to_date::DATE - max(usage_date) AS unmeasured_days
FROM evidence.utilisation
WHERE
    usage_date BETWEEN $from_date AND $to_date
    AND isfinite(mean_value) AND isfinite(p95_value) AND isfinite(max_value)
GROUP BY ALL
