-- How much of each resource was used over the days of evidence.
--
-- grain:  provider, resource_id, metric
-- reads:  evidence.utilisation
-- params: from_date, to_date
--
-- The peak is the 95th percentile of the daily 95th percentiles: one odd day does not
-- hide that a machine is idle, and one quiet week does not hide that it is busy.
SELECT
    provider,
    resource_id,
    metric,
    count(*) AS days,
    min(samples) AS samples,
    avg(mean_value) AS mean_value,
    quantile_cont(p95_value, 0.95) AS peak_value,
    max(max_value) AS highest_value
FROM evidence.utilisation
WHERE usage_date BETWEEN $from_date AND $to_date
GROUP BY ALL
