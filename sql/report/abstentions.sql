-- Where no advice was given, by action and reason.
--
-- grain:  action, reason
-- reads:  actions.recommendations
-- params: -
SELECT
    action,
    coalesce(reason, 'no reason was stored') AS reason,
    count(*) AS resources,
    min(resource_id) AS example
FROM actions.recommendations
WHERE status = 'abstained'
GROUP BY ALL
ORDER BY resources DESC, action ASC, reason ASC
