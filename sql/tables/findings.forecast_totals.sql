-- What services, accounts, providers and everything are expected to cost in a month or quarter.
CREATE TABLE IF NOT EXISTS findings.forecast_totals (
    made_on DATE NOT NULL,
    level VARCHAR NOT NULL CHECK (level IN ('total', 'provider', 'account', 'service')),
    provider VARCHAR,
    billing_account_id VARCHAR,
    sub_account_id VARCHAR,
    service_name VARCHAR,
    billing_currency VARCHAR NOT NULL,
    period VARCHAR NOT NULL CHECK (period IN ('month', 'quarter')),
    first_date DATE NOT NULL,
    last_date DATE NOT NULL,
    actual_cost DECIMAL(38, 18) NOT NULL,
    expected_cost DECIMAL(38, 18) NOT NULL,
    low_80 DECIMAL(38, 18) NOT NULL,
    high_80 DECIMAL(38, 18) NOT NULL,
    low_95 DECIMAL(38, 18) NOT NULL,
    high_95 DECIMAL(38, 18) NOT NULL
);
COMMENT ON TABLE findings.forecast_totals IS 'Forecasts of the effective cost of sums over series; grain: level × scope × period × made_on. Currencies are never added up.';
COMMENT ON COLUMN findings.forecast_totals.made_on IS 'Newest day that bills told of when it was made.';
COMMENT ON COLUMN findings.forecast_totals.level IS 'What is summed: everything, a provider, a sub account or a service of a provider.';
COMMENT ON COLUMN findings.forecast_totals.provider IS 'FOCUS ServiceProviderName; null for the total.';
COMMENT ON COLUMN findings.forecast_totals.billing_account_id IS 'FOCUS BillingAccountId; null above accounts.';
COMMENT ON COLUMN findings.forecast_totals.sub_account_id IS 'FOCUS SubAccountId; null above accounts.';
COMMENT ON COLUMN findings.forecast_totals.service_name IS 'FOCUS ServiceName; null above services.';
COMMENT ON COLUMN findings.forecast_totals.billing_currency IS 'ISO 4217 code.';
COMMENT ON COLUMN findings.forecast_totals.period IS 'month or quarter.';
COMMENT ON COLUMN findings.forecast_totals.first_date IS 'First day of the period.';
COMMENT ON COLUMN findings.forecast_totals.last_date IS 'Last day of the period.';
COMMENT ON COLUMN findings.forecast_totals.actual_cost IS 'Effective cost that bills showed so far.';
COMMENT ON COLUMN findings.forecast_totals.expected_cost IS 'Effective cost that is expected in all.';
COMMENT ON COLUMN findings.forecast_totals.low_80 IS 'Lower end of the interval that four of five such costs lie in.';
COMMENT ON COLUMN findings.forecast_totals.high_80 IS 'Upper end of it.';
COMMENT ON COLUMN findings.forecast_totals.low_95 IS 'Lower end of the interval that nineteen of twenty lie in.';
COMMENT ON COLUMN findings.forecast_totals.high_95 IS 'Upper end of it.';
