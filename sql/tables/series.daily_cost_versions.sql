-- The daily series of every bill version ever loaded; series.daily_cost shows the current ones.
CREATE TABLE IF NOT EXISTS series.daily_cost_versions (
    charge_date DATE NOT NULL,
    provider VARCHAR,
    billing_account_id VARCHAR,
    sub_account_id VARCHAR,
    service_name VARCHAR,
    region_id VARCHAR,
    charge_kind VARCHAR NOT NULL,
    billing_currency VARCHAR NOT NULL,
    billed_cost DECIMAL(38, 18) NOT NULL,
    effective_cost DECIMAL(38, 18) NOT NULL,
    contracted_cost DECIMAL(38, 18),
    list_cost DECIMAL(38, 18),
    consumed_quantity DECIMAL(38, 18),
    bill_id VARCHAR NOT NULL
);
COMMENT ON TABLE series.daily_cost_versions IS 'Daily cost of every bill version; grain: charge_date × series × bill_id.';
COMMENT ON COLUMN series.daily_cost_versions.charge_date IS 'UTC day of ChargePeriodStart.';
COMMENT ON COLUMN series.daily_cost_versions.provider IS 'FOCUS ServiceProviderName.';
COMMENT ON COLUMN series.daily_cost_versions.billing_account_id IS 'FOCUS BillingAccountId.';
COMMENT ON COLUMN series.daily_cost_versions.sub_account_id IS 'FOCUS SubAccountId.';
COMMENT ON COLUMN series.daily_cost_versions.service_name IS 'FOCUS ServiceName.';
COMMENT ON COLUMN series.daily_cost_versions.region_id IS 'FOCUS RegionId; null for global services.';
COMMENT ON COLUMN series.daily_cost_versions.charge_kind IS 'usage, commitment, credit, refund, tax, support, marketplace or fee.';
COMMENT ON COLUMN series.daily_cost_versions.billing_currency IS 'ISO 4217 code.';
COMMENT ON COLUMN series.daily_cost_versions.billed_cost IS 'Sum of BilledCost.';
COMMENT ON COLUMN series.daily_cost_versions.effective_cost IS 'Sum of EffectiveCost.';
COMMENT ON COLUMN series.daily_cost_versions.contracted_cost IS 'Sum of ContractedCost.';
COMMENT ON COLUMN series.daily_cost_versions.list_cost IS 'Sum of ListCost.';
COMMENT ON COLUMN series.daily_cost_versions.consumed_quantity IS 'Sum of ConsumedQuantity; null where units differ within the series and day.';
COMMENT ON COLUMN series.daily_cost_versions.bill_id IS 'Bill version the rows come from.';
