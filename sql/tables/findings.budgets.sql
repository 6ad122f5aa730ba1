-- How budgets stand.
CREATE TABLE IF NOT EXISTS findings.budgets (
    budget_id VARCHAR NOT NULL,
    made_on DATE NOT NULL,
    revision INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('ok', 'at_risk', 'breached')),
    period VARCHAR NOT NULL CHECK (period IN ('month', 'quarter', 'year')),
    first_date DATE NOT NULL,
    last_date DATE NOT NULL,
    provider VARCHAR,
    billing_account_id VARCHAR,
    sub_account_id VARCHAR,
    service_name VARCHAR,
    region_id VARCHAR,
    charge_kind VARCHAR,
    cost VARCHAR NOT NULL CHECK (cost IN ('effective', 'billed')),
    billing_currency VARCHAR NOT NULL,
    series INTEGER NOT NULL,
    amount DECIMAL(38, 18) NOT NULL,
    actual_cost DECIMAL(38, 18) NOT NULL,
    expected_cost DECIMAL(38, 18) NOT NULL,
    low_80 DECIMAL(38, 18) NOT NULL,
    high_80 DECIMAL(38, 18) NOT NULL,
    low_95 DECIMAL(38, 18) NOT NULL,
    high_95 DECIMAL(38, 18) NOT NULL,
    probability_of_breach DOUBLE NOT NULL,
    breach_date DATE,
    reached_actual_pct DOUBLE,
    reached_forecast_pct DOUBLE,
    summary VARCHAR NOT NULL,
    known_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (budget_id, made_on)
);
COMMENT ON TABLE findings.budgets IS 'Budgets; grain: budget × period × made_on.';
COMMENT ON COLUMN findings.budgets.budget_id IS 'Stable id of the budget in one period; subject of its events.';
COMMENT ON COLUMN findings.budgets.made_on IS 'Newest day that bills told of when it was made.';
COMMENT ON COLUMN findings.budgets.revision IS 'Counts what was news in this period.';
COMMENT ON COLUMN findings.budgets.name IS 'Name in the settings.';
COMMENT ON COLUMN findings.budgets.status IS 'breached: more is spent; at_risk: a breach has the probability at which the settings call it so; else ok.';
COMMENT ON COLUMN findings.budgets.period IS 'month, quarter or year.';
COMMENT ON COLUMN findings.budgets.first_date IS 'First day of the period.';
COMMENT ON COLUMN findings.budgets.last_date IS 'Last day of the period.';
COMMENT ON COLUMN findings.budgets.provider IS 'Provider that it is about; null: all.';
COMMENT ON COLUMN findings.budgets.billing_account_id IS 'Billing account that it is about; null: all.';
COMMENT ON COLUMN findings.budgets.sub_account_id IS 'Sub account that it is about; null: all.';
COMMENT ON COLUMN findings.budgets.service_name IS 'Service that it is about; null: all.';
COMMENT ON COLUMN findings.budgets.region_id IS 'Region that it is about; null: all.';
COMMENT ON COLUMN findings.budgets.charge_kind IS 'Charge kind that it is about; null: all.';
COMMENT ON COLUMN findings.budgets.cost IS 'Which cost counts.';
COMMENT ON COLUMN findings.budgets.billing_currency IS 'Currency of its amounts; charges of others are not in it.';
COMMENT ON COLUMN findings.budgets.series IS 'Series in its scope; 0 where it names what no bill has.';
COMMENT ON COLUMN findings.budgets.amount IS 'What the period may cost.';
COMMENT ON COLUMN findings.budgets.actual_cost IS 'What bills showed so far.';
COMMENT ON COLUMN findings.budgets.expected_cost IS 'What is expected in all.';
COMMENT ON COLUMN findings.budgets.low_80 IS 'Lower end of the interval that four of five such costs lie in.';
COMMENT ON COLUMN findings.budgets.high_80 IS 'Upper end of it.';
COMMENT ON COLUMN findings.budgets.low_95 IS 'Lower end of the interval that nineteen of twenty lie in.';
COMMENT ON COLUMN findings.budgets.high_95 IS 'Upper end of it.';
COMMENT ON COLUMN findings.budgets.probability_of_breach IS 'That the period will cost more than the amount, 0 to 1.';
COMMENT ON COLUMN findings.budgets.breach_date IS 'Day on which the amount was passed, or by which that is as likely as not; null where it is less likely.';
COMMENT ON COLUMN findings.budgets.reached_actual_pct IS 'Highest threshold in percent that is spent; null below all.';
COMMENT ON COLUMN findings.budgets.reached_forecast_pct IS 'Highest threshold in percent that is expected; null below all.';
COMMENT ON COLUMN findings.budgets.summary IS 'The same in one sentence.';
COMMENT ON COLUMN findings.budgets.known_at IS 'Newest knowledge among the bills.';
