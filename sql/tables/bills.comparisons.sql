-- What versions of two sources have in common that tell of one account's month.
CREATE TABLE IF NOT EXISTS bills.comparisons (
    bill_id VARCHAR NOT NULL,
    other_id VARCHAR NOT NULL,
    is_within BOOLEAN NOT NULL,
    is_alike BOOLEAN NOT NULL,
    is_covered BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (bill_id, other_id)
);
COMMENT ON TABLE bills.comparisons IS 'Versions of two sources that tell of one account''s month and were known at the same time; grain: ordered pair.';
COMMENT ON COLUMN bills.comparisons.bill_id IS 'A version.';
COMMENT ON COLUMN bills.comparisons.other_id IS 'A version of another source.';
COMMENT ON COLUMN bills.comparisons.is_within IS 'Whether the other one tells of all sub-accounts whose use it tells of, in the same currency; of all their services, too, where both are of one format; and of all days but its last three.';
COMMENT ON COLUMN bills.comparisons.is_alike IS 'Whether the costs of shared sub-accounts on settled days are the same within a tenth, or no day is settled yet.';
COMMENT ON COLUMN bills.comparisons.is_covered IS 'Whether the other one counts in its place while both are known, by the setting prefer.';
