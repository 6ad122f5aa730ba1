-- Which rules of FOCUS the charges of a bill do not follow.
CREATE TABLE IF NOT EXISTS ops.broken_rules (
    bill_id VARCHAR NOT NULL,
    service_name VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    charges BIGINT NOT NULL,
    of_charges BIGINT NOT NULL,
    PRIMARY KEY (bill_id, service_name, rule)
);
COMMENT ON TABLE ops.broken_rules IS 'Rules that charges of an audited bill break; grain: bill version × service × rule. A rule that is kept has no row.';
COMMENT ON COLUMN ops.broken_rules.bill_id IS 'Bill version.';
COMMENT ON COLUMN ops.broken_rules.service_name IS 'ServiceName of the charges; Unknown where they have none.';
COMMENT ON COLUMN ops.broken_rules.rule IS 'Id of the rule in sql/audit/rules.toml, FOCUS''s own where it has one.';
COMMENT ON COLUMN ops.broken_rules.charges IS 'Charges that break it.';
COMMENT ON COLUMN ops.broken_rules.of_charges IS 'Charges of the service in the bill.';
