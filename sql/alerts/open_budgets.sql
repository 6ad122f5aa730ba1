-- Budgets of which Alertmanager is to tell people now, breached ones first.
--
-- grain:  budget_id
-- reads:  findings.budgets, ops.events
-- params: -
--
-- What a run was told to keep to itself is left out. Since when is that of the last
-- row after which it was never well again.
WITH told AS (
    SELECT
        subject AS budget_id,
        arg_max(event_id, revision) AS event_id
    FROM ops.events
    WHERE NOT is_muted AND starts_with(event_type, 'io.costwarden.budget.')
    GROUP BY subject
),

well AS (
    SELECT
        budget_id,
        max(made_on) AS made_on
    FROM findings.budgets
    WHERE status = 'ok'
    GROUP BY budget_id
),

begun AS (
    SELECT
        budgets.budget_id,
        min(budgets.known_at) AS since_at
    FROM findings.budgets AS budgets
    LEFT JOIN well ON budgets.budget_id = well.budget_id
    WHERE well.made_on IS NULL OR budgets.made_on > well.made_on
    GROUP BY budgets.budget_id
)

SELECT
    budgets.budget_id,
    told.event_id,
    budgets.name,
    budgets.status,
    budgets.first_date,
    budgets.last_date,
    budgets.provider,
    budgets.billing_account_id,
    budgets.sub_account_id,
    budgets.service_name,
    budgets.region_id,
    budgets.charge_kind,
    budgets.billing_currency,
    budgets.amount,
    budgets.actual_cost,
    budgets.expected_cost,
    budgets.probability_of_breach,
    budgets.breach_date,
    budgets.summary,
    begun.since_at
FROM findings.budgets AS budgets
INNER JOIN told ON budgets.budget_id = told.budget_id
INNER JOIN begun ON budgets.budget_id = begun.budget_id
WHERE
    budgets.status <> 'ok'
    AND budgets.made_on = (
        SELECT max(newest.made_on)
        FROM findings.budgets AS newest
    )
ORDER BY budgets.status DESC, budgets.name ASC, budgets.first_date ASC
