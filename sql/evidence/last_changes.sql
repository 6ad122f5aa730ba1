-- When a workflow last touched each resource.
--
-- grain:  provider, resource_id
-- reads:  actions.workflows, actions.recommendations
-- params:
SELECT
    advice.provider,
    advice.resource_id,
    max(workflows.submitted_at)::DATE AS changed_date
FROM actions.workflows AS workflows
INNER JOIN actions.recommendations AS advice
    ON workflows.recommendation_id = advice.recommendation_id
WHERE workflows.submitted_at IS NOT NULL
GROUP BY ALL
