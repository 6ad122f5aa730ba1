-- Which bill versions have their daily costs by which tag, so that each is read once.
CREATE TABLE IF NOT EXISTS series.tagged_bills (
    bill_id VARCHAR NOT NULL,
    tag_key VARCHAR NOT NULL,
    tagged_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (bill_id, tag_key)
);
COMMENT ON TABLE series.tagged_bills IS 'Bill versions whose daily costs by a tag are complete, also when there are no rows; grain: bill version × tag key.';
COMMENT ON COLUMN series.tagged_bills.bill_id IS 'Bill version.';
COMMENT ON COLUMN series.tagged_bills.tag_key IS 'Key of the tag.';
COMMENT ON COLUMN series.tagged_bills.tagged_at IS 'When they were written.';
