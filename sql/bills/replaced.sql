-- Versions that count, each with the one that it counts in place of.
--
-- grain:  bill_id
-- reads:  bills.parts, bills.totals, bills.versions
-- params: bill_ids, few
--
-- What somebody brought back, what adds to the one before, what was withdrawn, and
-- bills of a few rows are left out. Of several currencies that counts which lost most.
-- Much smaller is what has lost more than a quarter of its rows and of its costs: late
-- rows, corrections and credits do not do that. What was added to a table is left out,
-- but the first of another table counts in place of the table before.
WITH begun AS (
    SELECT
        listed.bill_id,
        min(parts.first_date) AS first_date
    FROM (
        SELECT
            versions.bill_id,
            unnest(coalesce(versions.parts, [versions.bill_id])) AS part_id
        FROM bills.versions
    ) AS listed
    INNER JOIN bills.parts ON listed.part_id = parts.bill_id
    GROUP BY listed.bill_id
),

pairs AS (
    SELECT
        current.bill_id,
        current.row_count,
        current.files,
        current.parts,
        current.source_format,
        current.billing_period,
        own.first_date,
        own.last_date,
        max_by(
            earlier.bill_id,
            (coalesce(earlier.known_at, earlier.loaded_at), earlier.version)
        ) AS earlier_id
    FROM bills.versions AS current
    INNER JOIN bills.parts AS own ON current.bill_id = own.bill_id
    INNER JOIN bills.versions AS earlier
        ON
            current.source = earlier.source
            AND current.billing_period = earlier.billing_period
            AND current.billing_account_id
            IS NOT DISTINCT FROM earlier.billing_account_id
    WHERE
        current.status = 'current'
        AND earlier.status = 'superseded'
        AND earlier.counted_by IS NULL
        AND earlier.withdrawn_at IS NULL
        AND own.restores IS NULL
        AND (NOT own.is_increment OR current.source_format <> earlier.source_format)
    GROUP BY ALL
),

totals AS (
    SELECT
        pairs.bill_id,
        before.billing_currency,
        coalesce(mine.billed_cost, 0) AS billed_cost,
        before.billed_cost AS earlier_billed,
        4 * coalesce(mine.billed_cost, 0) < 3 * before.billed_cost
        OR 4 * coalesce(mine.effective_cost, 0) < 3 * before.effective_cost
            AS is_cheaper
    FROM pairs
    INNER JOIN bills.totals AS before ON pairs.earlier_id = before.bill_id
    LEFT JOIN bills.totals AS mine
        ON
            pairs.bill_id = mine.bill_id
            AND before.billing_currency = mine.billing_currency
    QUALIFY row_number() OVER (
        PARTITION BY pairs.bill_id
        ORDER BY
            before.billed_cost - coalesce(mine.billed_cost, 0) DESC,
            before.billing_currency ASC
    ) = 1
)

SELECT
    pairs.bill_id,
    pairs.earlier_id,
    pairs.row_count,
    earlier.row_count AS earlier_count,
    totals.billing_currency,
    totals.billed_cost,
    totals.earlier_billed,
    4 * pairs.row_count < 3 * earlier.row_count AND totals.is_cheaper AS is_smaller,
    pairs.last_date < before.first_date OR pairs.first_date > before.last_date
        AS is_of_other_days,
    coalesce(
        begun.first_date
        > greatest(begun_before.first_date, pairs.billing_period || '-01'), FALSE
    ) AS is_later,
    left(begun.first_date, 10) AS first_date,
    left(begun_before.first_date, 10) AS earlier_first,
    pairs.source_format = earlier.source_format AS is_one_format,
    pairs.files,
    earlier.files AS earlier_files
FROM pairs
INNER JOIN bills.versions AS earlier ON pairs.earlier_id = earlier.bill_id
INNER JOIN bills.parts AS before ON pairs.earlier_id = before.bill_id
LEFT JOIN begun ON pairs.bill_id = begun.bill_id
LEFT JOIN begun AS begun_before ON pairs.earlier_id = begun_before.bill_id
INNER JOIN totals ON pairs.bill_id = totals.bill_id
WHERE
    earlier.row_count >= $few
    AND before.restores IS NULL
    AND NOT coalesce(list_contains(pairs.parts, pairs.earlier_id), FALSE)
    AND list_has_any([pairs.bill_id, pairs.earlier_id], $bill_ids)
ORDER BY pairs.bill_id
