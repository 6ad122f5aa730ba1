-- What each commitment cost in a bill, and what was used of it.
CREATE TABLE IF NOT EXISTS bills.commitments (
    bill_id VARCHAR NOT NULL,
    commitment_id VARCHAR NOT NULL,
    billing_currency VARCHAR NOT NULL,
    purchased_cost DECIMAL(38, 18) NOT NULL,
    used_cost DECIMAL(38, 18) NOT NULL,
    unused_cost DECIMAL(38, 18) NOT NULL,
    is_upfront BOOLEAN NOT NULL,
    purchase_from DATE,
    purchase_to DATE,
    usage_from DATE,
    usage_to DATE,
    charges BIGINT NOT NULL,
    PRIMARY KEY (bill_id, commitment_id, billing_currency)
);
COMMENT ON TABLE bills.commitments IS 'Commitments in audited bills; grain: bill version × commitment × currency.';
COMMENT ON COLUMN bills.commitments.bill_id IS 'Bill version.';
COMMENT ON COLUMN bills.commitments.commitment_id IS 'Reservation, savings plan or committed use.';
COMMENT ON COLUMN bills.commitments.billing_currency IS 'ISO 4217 code.';
COMMENT ON COLUMN bills.commitments.purchased_cost IS 'Billed cost of its purchases.';
COMMENT ON COLUMN bills.commitments.used_cost IS 'Effective cost of what was used.';
COMMENT ON COLUMN bills.commitments.unused_cost IS 'Effective cost of what was left unused.';
COMMENT ON COLUMN bills.commitments.is_upfront IS 'Whether a purchase is not a recurring one.';
COMMENT ON COLUMN bills.commitments.purchase_from IS 'First day that its purchases are for; of those paid upfront, where there are any.';
COMMENT ON COLUMN bills.commitments.purchase_to IS 'Last day that its purchases are for, likewise.';
COMMENT ON COLUMN bills.commitments.usage_from IS 'First day of use or waste.';
COMMENT ON COLUMN bills.commitments.usage_to IS 'Last day of use or waste.';
COMMENT ON COLUMN bills.commitments.charges IS 'Charges that name it.';
