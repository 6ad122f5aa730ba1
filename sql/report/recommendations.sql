-- Open recommendations with the newest verdict on each and what became of it.
--
-- grain:  recommendation_id
-- reads:  actions.recommendations, actions.verdicts, actions.workflows
-- params: -
WITH newest AS (
    SELECT
        recommendation_id,
        decision,
        reasons
    FROM actions.verdicts
    QUALIFY row_number() OVER (
        PARTITION BY recommendation_id ORDER BY judged_at DESC, verdict_id ASC
    ) = 1
),

planned AS (
    SELECT
        recommendation_id,
        arg_max(phase, planned_at) AS phase,
        arg_max(workflow_name, planned_at) AS workflow_name
    FROM actions.workflows
    GROUP BY recommendation_id
)

SELECT
    advice.recommendation_id,
    advice.action,
    advice.provider,
    advice.sub_account_id,
    advice.region_id,
    advice.resource_id,
    advice.environment,
    advice.current,
    advice.proposed,
    advice.billing_currency,
    advice.monthly_cost,
    advice.monthly_saving,
    advice.risk,
    advice.evidence,
    newest.decision,
    coalesce(newest.reasons, []) AS reasons,
    planned.phase,
    planned.workflow_name
FROM actions.recommendations AS advice
LEFT JOIN newest ON advice.recommendation_id = newest.recommendation_id
LEFT JOIN planned ON advice.recommendation_id = planned.recommendation_id
WHERE advice.status = 'open'
ORDER BY advice.monthly_saving DESC, advice.recommendation_id ASC
