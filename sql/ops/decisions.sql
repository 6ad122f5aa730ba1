-- How often the policy decided what, and why, over the open recommendations.
--
-- grain:  decision, reason
-- reads:  actions.recommendations, actions.verdicts
-- params:
--
-- A recommendation counts once for each of its reasons; one that was allowed has
-- none and counts under a null reason.
WITH newest AS (
    SELECT
        verdicts.recommendation_id,
        verdicts.decision,
        verdicts.reasons
    FROM actions.verdicts AS verdicts
    INNER JOIN actions.recommendations AS advice
        ON verdicts.recommendation_id = advice.recommendation_id
    WHERE advice.status = 'open'
    QUALIFY row_number() OVER (
        PARTITION BY verdicts.recommendation_id
        ORDER BY verdicts.judged_at DESC, verdicts.verdict_id ASC
    ) = 1
),

explained AS (
    SELECT
        recommendation_id,
        decision,
        unnest(CASE WHEN len(reasons) = 0 THEN [NULL] ELSE reasons END) AS reason
    FROM newest
),

tally AS (
    SELECT
        decision,
        count(*) AS of_decision
    FROM newest
    GROUP BY decision
)

SELECT
    explained.decision,
    explained.reason,
    count(*) AS recommendations,
    any_value(tally.of_decision) AS of_decision
FROM explained
INNER JOIN tally ON explained.decision = tally.decision
GROUP BY explained.decision, explained.reason
ORDER BY explained.decision ASC, recommendations DESC, explained.reason ASC
