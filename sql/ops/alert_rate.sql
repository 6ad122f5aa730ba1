-- How many anomalies began in a week, on the mean of the last half year.
--
-- grain:  one row
-- reads:  findings.anomalies, findings.scored_days
-- params:
--
-- Only days that were judged count; those of any billing account do. Anomalies that
-- were taken back are counted as well, for somebody has read of them.
WITH newest AS (
    SELECT max(charge_date) - 181 AS first_date
    FROM findings.scored_days
),

judged AS (
    SELECT count(DISTINCT charge_date) AS days
    FROM findings.scored_days, newest
    WHERE charge_date >= newest.first_date
),

told AS (
    SELECT count(*) AS anomalies
    FROM findings.anomalies, newest
    WHERE findings.anomalies.first_date >= newest.first_date
)

SELECT CASE WHEN judged.days > 0 THEN 7.0 * told.anomalies / judged.days END AS per_week
FROM told, judged
