-- Versions of bills that were known at a moment, and which of each bill is the last.
--
-- grain:  bill_id
-- reads:  bills.versions
-- params: moment
SELECT
    bill_id,
    source,
    billing_account_id,
    billing_period,
    coalesce(known_at, loaded_at) AS known_from,
    row_number() OVER (
        PARTITION BY source, billing_account_id, billing_period
        ORDER BY known_from DESC, version DESC
    ) = 1 AS is_last
FROM bills.versions
WHERE
    status <> 'quarantined'
    AND known_from <= $moment::TIMESTAMPTZ
    AND coalesce(withdrawn_at > $moment::TIMESTAMPTZ, TRUE)
