-- The daily cost of each value of the tags that people named, in every bill version.
CREATE TABLE IF NOT EXISTS series.daily_tag_cost_versions (
    charge_date DATE NOT NULL,
    provider VARCHAR,
    billing_account_id VARCHAR,
    sub_account_id VARCHAR,
    service_name VARCHAR,
    region_id VARCHAR,
    charge_kind VARCHAR NOT NULL,
    billing_currency VARCHAR NOT NULL,
    tag_key VARCHAR NOT NULL,
    tag_value VARCHAR,
    billed_cost DECIMAL(38, 18) NOT NULL,
    effective_cost DECIMAL(38, 18) NOT NULL,
    bill_id VARCHAR NOT NULL
);
COMMENT ON TABLE series.daily_tag_cost_versions IS 'Daily cost of each series by the tags that [detect] tags names, of every bill version; grain: charge_date × series × tag_key × tag_value × bill_id. Each key divides the whole bill.';
COMMENT ON COLUMN series.daily_tag_cost_versions.charge_date IS 'UTC day of ChargePeriodStart.';
COMMENT ON COLUMN series.daily_tag_cost_versions.provider IS 'FOCUS ServiceProviderName.';
COMMENT ON COLUMN series.daily_tag_cost_versions.billing_account_id IS 'FOCUS BillingAccountId.';
COMMENT ON COLUMN series.daily_tag_cost_versions.sub_account_id IS 'FOCUS SubAccountId.';
COMMENT ON COLUMN series.daily_tag_cost_versions.service_name IS 'FOCUS ServiceName.';
COMMENT ON COLUMN series.daily_tag_cost_versions.region_id IS 'FOCUS RegionId; null for global services.';
COMMENT ON COLUMN series.daily_tag_cost_versions.charge_kind IS 'usage, commitment, credit, refund, tax, support, marketplace or fee.';
COMMENT ON COLUMN series.daily_tag_cost_versions.billing_currency IS 'ISO 4217 code.';
COMMENT ON COLUMN series.daily_tag_cost_versions.tag_key IS 'Key of the tag, as it is in FOCUS Tags.';
COMMENT ON COLUMN series.daily_tag_cost_versions.tag_value IS 'Its value; null for what has no such tag.';
COMMENT ON COLUMN series.daily_tag_cost_versions.billed_cost IS 'Sum of BilledCost.';
COMMENT ON COLUMN series.daily_tag_cost_versions.effective_cost IS 'Sum of EffectiveCost.';
COMMENT ON COLUMN series.daily_tag_cost_versions.bill_id IS 'Bill version the rows come from.';
