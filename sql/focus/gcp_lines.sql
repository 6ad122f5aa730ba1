-- Rows of Google billing exports, with promotions as rows of their own.
--
-- grain:  export row, and one more for each of its promotional credits
-- reads:  the export rows, exported or summed, that $lines names
-- params: lines
--
-- A credit that depends on the usage (sustained or committed use, free tier, negotiated
-- and reseller discounts) is a discount, so it is taken off the row's cost. A promotion
-- pays for a row, whatever it is for: FOCUS wants it as a charge of its own. A row
-- without a cost is made by focus/gcp_summed: it only carries promotions.
WITH parted AS NOT MATERIALIZED (
    SELECT
        *,
        list_filter(credits, LAMBDA c: c['type'] = 'PROMOTION') AS promotions,
        list_filter(
            credits, LAMBDA c: coalesce(c['type'], '') <> 'PROMOTION'
        ) AS discounts
    FROM query_table($lines)
    WHERE known(currency) IS NOT NULL
)

SELECT
    * EXCLUDE (promotions, discounts),
    'line' AS part,
    cost + coalesce(list_sum(list_transform(discounts, LAMBDA c: c['amount'])), 0)
        AS invoiced,
    list_filter(discounts, LAMBDA c: starts_with(c['type'], 'COMMITTED_USAGE'))[1]
        AS credit
FROM parted
WHERE cost IS NOT NULL
UNION ALL BY NAME
SELECT
    * EXCLUDE (promotions, discounts),
    'promotion' AS part,
    unnest(list_transform(promotions, LAMBDA c: c['amount'])) AS invoiced,
    unnest(promotions) AS credit
FROM parted
WHERE len(promotions) > 0
