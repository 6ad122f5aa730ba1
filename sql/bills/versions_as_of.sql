-- Versions of bills that were known at a moment, and which of them counted.
--
-- grain:  bill_id
-- reads:  bills.comparisons, bills.versions
-- params: moment
--
-- Of each bill the last counts, unless that of another source counts in its place.
WITH known AS (
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
),

covered AS (
    SELECT
        pair.bill_id,
        pair.other_id
    FROM bills.comparisons AS pair
    INNER JOIN known AS one ON pair.bill_id = one.bill_id
    INNER JOIN known AS other ON pair.other_id = other.bill_id
    WHERE pair.is_covered AND one.is_last AND other.is_last
),

set_aside AS (
    SELECT DISTINCT bill_id
    FROM covered
    WHERE other_id NOT IN (SELECT again.bill_id FROM covered AS again)
)

SELECT
    known.*,
    is_last AND set_aside.bill_id IS NULL AS is_counted
FROM known
LEFT JOIN set_aside
    ON known.bill_id = set_aside.bill_id
