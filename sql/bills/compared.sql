-- Versions of two sources that tell of one account's month and were not compared yet.
--
-- grain:  bill_id, other_id
-- reads:  bills.comparisons, bills.versions, series.aggregated_bills
-- params: -
--
-- Both have to have been the newest of their own source at one time. Microsoft's FOCUS
-- exports name an account by its path, its others by its number. Days up to
-- settled_date are three days old in both.
WITH kept AS (
    SELECT
        versions.bill_id,
        versions.source,
        versions.source_format,
        versions.provider,
        versions.billing_period,
        lower(split_part(versions.billing_account_id, '/', -1)) AS account,
        coalesce(versions.known_at, versions.loaded_at) AS known_from,
        coalesce(versions.superseded_at, 'infinity'::TIMESTAMPTZ) AS known_to
    FROM bills.versions AS versions
    SEMI JOIN series.aggregated_bills AS aggregated
        ON versions.bill_id = aggregated.bill_id
    WHERE versions.status <> 'quarantined'
)

SELECT
    one.bill_id,
    other.bill_id AS other_id,
    one.source_format = other.source_format AS is_one_format,
    (least(one.known_from, other.known_from) AT TIME ZONE 'UTC')::DATE - 3
        AS settled_date
FROM kept AS one
INNER JOIN kept AS other
    ON
        one.provider = other.provider
        AND one.account = other.account
        AND one.billing_period = other.billing_period
        AND one.source <> other.source
        AND one.known_from < other.known_to
        AND one.known_to > other.known_from
WHERE NOT EXISTS (
    SELECT 1
    FROM bills.comparisons AS known
    WHERE known.bill_id = one.bill_id AND known.other_id = other.bill_id
)
