-- What each series is expected to cost on each day to come.
CREATE TABLE IF NOT EXISTS findings.forecasts (
    made_on DATE NOT NULL,
    charge_date DATE NOT NULL,
    provider VARCHAR,
    billing_account_id VARCHAR,
    sub_account_id VARCHAR,
    service_name VARCHAR,
    region_id VARCHAR,
    charge_kind VARCHAR NOT NULL,
    billing_currency VARCHAR NOT NULL,
    expected_cost DECIMAL(38, 18) NOT NULL,
    low_80 DECIMAL(38, 18) NOT NULL,
    high_80 DECIMAL(38, 18) NOT NULL,
    low_95 DECIMAL(38, 18) NOT NULL,
    high_95 DECIMAL(38, 18) NOT NULL
);
COMMENT ON TABLE findings.forecasts IS 'Forecasts of the effective cost of series; grain: series × day × made_on. A series without a row is expected to cost nothing.';
COMMENT ON COLUMN findings.forecasts.made_on IS 'Newest day that bills told of when it was made.';
COMMENT ON COLUMN findings.forecasts.charge_date IS 'Day that is forecast.';
COMMENT ON COLUMN findings.forecasts.provider IS 'FOCUS ServiceProviderName.';
COMMENT ON COLUMN findings.forecasts.billing_account_id IS 'FOCUS BillingAccountId.';
COMMENT ON COLUMN findings.forecasts.sub_account_id IS 'FOCUS SubAccountId.';
COMMENT ON COLUMN findings.forecasts.service_name IS 'FOCUS ServiceName.';
COMMENT ON COLUMN findings.forecasts.region_id IS 'FOCUS RegionId; null for global services.';
COMMENT ON COLUMN findings.forecasts.charge_kind IS 'usage, commitment, credit, refund, tax, support, marketplace or fee.';
COMMENT ON COLUMN findings.forecasts.billing_currency IS 'ISO 4217 code.';
COMMENT ON COLUMN findings.forecasts.expected_cost IS 'Effective cost that is expected.';
COMMENT ON COLUMN findings.forecasts.low_80 IS 'Lower end of the interval that four of five such costs lie in.';
COMMENT ON COLUMN findings.forecasts.high_80 IS 'Upper end of it.';
COMMENT ON COLUMN findings.forecasts.low_95 IS 'Lower end of the interval that nineteen of twenty lie in.';
COMMENT ON COLUMN findings.forecasts.high_95 IS 'Upper end of it.';
