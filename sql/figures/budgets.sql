-- How each budget stood, by the day until which bills told.
--
-- grain:  charge_date, labels
-- reads:  findings.budgets
-- params: days
SELECT
    name,
    period,
    cost,
    provider,
    billing_account_id,
    sub_account_id,
    service_name,
    region_id,
    charge_kind,
    billing_currency,
    made_on AS charge_date,
    first_date::VARCHAR AS first_date,
    amount::DOUBLE AS cost_budget_amount,
    actual_cost::DOUBLE AS cost_budget_actual,
    expected_cost::DOUBLE AS cost_budget_expected,
    low_80::DOUBLE AS cost_budget_low,
    high_80::DOUBLE AS cost_budget_high,
    probability_of_breach AS cost_budget_breach_probability
FROM findings.budgets
WHERE
    made_on > (
        SELECT max(newest.made_on) - $days::INTEGER
        FROM findings.budgets AS newest
    )
