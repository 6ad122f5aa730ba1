-- What could be changed, or why no advice is given.
CREATE TABLE IF NOT EXISTS actions.recommendations (
    recommendation_id VARCHAR PRIMARY KEY,
    action VARCHAR NOT NULL,
    provider VARCHAR NOT NULL,
    sub_account_id VARCHAR,
    region_id VARCHAR,
    resource_id VARCHAR NOT NULL,
    resource_type VARCHAR NOT NULL,
    environment VARCHAR,
    protected_by VARCHAR,
    current VARCHAR,
    proposed VARCHAR,
    billing_currency VARCHAR NOT NULL,
    monthly_cost DECIMAL(38, 18),
    monthly_saving DECIMAL(38, 18),
    saving_basis VARCHAR,
    risk VARCHAR,
    effort VARCHAR,
    evidence VARCHAR,
    evidence_from DATE,
    evidence_to DATE,
    status VARCHAR NOT NULL CHECK (status IN ('open', 'abstained', 'withdrawn')),
    reason VARCHAR,
    anomaly_id VARCHAR,
    revision INTEGER NOT NULL DEFAULT 1,
    advised_at TIMESTAMPTZ NOT NULL,
    CHECK (monthly_saving IS NULL OR (monthly_saving >= 0 AND monthly_saving <= monthly_cost))
);
COMMENT ON TABLE actions.recommendations IS 'Recommendations and abstentions; grain: recommendation.';
COMMENT ON COLUMN actions.recommendations.recommendation_id IS 'Stable id, derived from action, resource and proposal.';
COMMENT ON COLUMN actions.recommendations.action IS 'stop_instance, resize_instance, delete_volume, change_volume_type, release_address …';
COMMENT ON COLUMN actions.recommendations.provider IS 'FOCUS ServiceProviderName.';
COMMENT ON COLUMN actions.recommendations.sub_account_id IS 'FOCUS SubAccountId.';
COMMENT ON COLUMN actions.recommendations.region_id IS 'FOCUS RegionId.';
COMMENT ON COLUMN actions.recommendations.resource_id IS 'FOCUS ResourceId.';
COMMENT ON COLUMN actions.recommendations.resource_type IS 'instance, volume, address, database …';
COMMENT ON COLUMN actions.recommendations.environment IS 'Value of the environment tag, normalised; null when untagged.';
COMMENT ON COLUMN actions.recommendations.protected_by IS 'Tag that forbids automatic changes, as key=value; null when there is none.';
COMMENT ON COLUMN actions.recommendations.current IS 'What it is, e.g. m5.xlarge.';
COMMENT ON COLUMN actions.recommendations.proposed IS 'What it should be, e.g. m5.large; null for a removal.';
COMMENT ON COLUMN actions.recommendations.billing_currency IS 'ISO 4217 code.';
COMMENT ON COLUMN actions.recommendations.monthly_cost IS 'Effective cost of the resource over 30 days of evidence.';
COMMENT ON COLUMN actions.recommendations.monthly_saving IS 'Expected saving over 30 days, never more than monthly_cost.';
COMMENT ON COLUMN actions.recommendations.saving_basis IS 'Where the price of the proposal comes from: removed, observed_price or size_ratio.';
COMMENT ON COLUMN actions.recommendations.risk IS 'low, medium or high.';
COMMENT ON COLUMN actions.recommendations.effort IS 'low, medium or high.';
COMMENT ON COLUMN actions.recommendations.evidence IS 'One plain sentence with the numbers that support it.';
COMMENT ON COLUMN actions.recommendations.evidence_from IS 'First day of evidence.';
COMMENT ON COLUMN actions.recommendations.evidence_to IS 'Last day of evidence.';
COMMENT ON COLUMN actions.recommendations.status IS 'open; abstained where evidence is short; withdrawn when no longer true.';
COMMENT ON COLUMN actions.recommendations.reason IS 'Why abstained or withdrawn.';
COMMENT ON COLUMN actions.recommendations.anomaly_id IS 'Anomaly that it answers, if any.';
COMMENT ON COLUMN actions.recommendations.revision IS 'Counts changes of status, from 1.';
COMMENT ON COLUMN actions.recommendations.advised_at IS 'When it was last computed.';
