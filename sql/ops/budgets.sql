-- How each budget stands in the periods that its newest run told of.
--
-- grain:  budget_id
-- reads:  findings.budgets
-- params: -
SELECT
    budget_id,
    made_on,
    revision,
    name,
    status,
    period,
    first_date,
    last_date,
    provider,
    billing_account_id,
    sub_account_id,
    service_name,
    region_id,
    charge_kind,
    cost,
    billing_currency,
    series,
    amount,
    actual_cost,
    expected_cost,
    low_80,
    high_80,
    low_95,
    high_95,
    probability_of_breach,
    breach_date,
    reached_actual_pct,
    reached_forecast_pct,
    summary,
    known_at
FROM findings.budgets
WHERE
    made_on = (
        SELECT max(newest.made_on)
        FROM findings.budgets AS newest
    )
ORDER BY name ASC, first_date ASC
