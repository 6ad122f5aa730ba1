-- Everything that an alert may be about, and how it stands if it is over.
--
-- grain:  subject
-- reads:  findings.anomalies, findings.budgets, muted_anomalies, ops.events
-- params: at
--
-- Alertmanager may hold alerts of other systems, and of other warehouses; only those of
-- these subjects are ours to end.
WITH told AS (
    SELECT
        subject,
        max(occurred_at) AS told_at
    FROM ops.events
    GROUP BY subject
),

muted AS (
    SELECT
        anomaly_id AS subject,
        min(created_at) AS muted_at
    FROM muted_anomalies
    WHERE
        sink IS NULL
        AND created_at <= $at::TIMESTAMPTZ
        AND ends_at > $at::TIMESTAMPTZ
    GROUP BY anomaly_id
),

subjects AS (
    SELECT
        anomaly_id AS subject,
        CASE
            WHEN status = 'resolved' AND lasting_cost IS NOT NULL THEN 'normal'
            WHEN status IN ('resolved', 'retracted') THEN status
        END AS how
    FROM findings.anomalies
    UNION ALL
    SELECT
        budget_id AS subject,
        CASE WHEN arg_max(status, made_on) = 'ok' THEN 'recovered' END AS how
    FROM findings.budgets
    GROUP BY budget_id
)

SELECT
    subjects.subject,
    coalesce(
        subjects.how, CASE WHEN muted.subject IS NOT NULL THEN 'muted' END
    ) AS how,
    CASE WHEN subjects.how IS NULL THEN muted.muted_at ELSE told.told_at END AS ended_at
FROM subjects
LEFT JOIN told ON subjects.subject = told.subject
LEFT JOIN muted ON subjects.subject = muted.subject
