-- What was last said of each recommendation.
--
-- grain:  recommendation_id
-- reads:  actions.verdicts
-- params:
SELECT
    verdict_id,
    recommendation_id,
    decision,
    reasons,
    dispatch_objections,
    manifest_digest,
    policy_digest,
    judged_at
FROM actions.verdicts
QUALIFY row_number() OVER (
    PARTITION BY recommendation_id ORDER BY judged_at DESC, verdict_id ASC
) = 1
