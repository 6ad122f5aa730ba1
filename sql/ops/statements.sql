-- What people said of an anomaly, oldest first.
--
-- grain:  feedback_id
-- reads:  ops.feedback
-- params: id
SELECT
    given_at,
    verdict,
    author,
    reason,
    revision
FROM ops.feedback
WHERE anomaly_id = $id
ORDER BY given_at, feedback_id
