-- The newest versions that do not count, because that of another source does.
--
-- grain:  bill_id
-- reads:  bills.comparisons, bills.versions
-- params: -
--
-- Only what counts itself can count for another: where three cover each other in a
-- circle, all count.
WITH newest AS (
    SELECT bill_id
    FROM bills.versions
    WHERE status = 'current' OR counted_by IS NOT NULL
),

covered AS (
    SELECT
        pair.bill_id,
        pair.other_id,
        turned.is_within AS is_equal
    FROM bills.comparisons AS pair
    INNER JOIN newest AS one ON pair.bill_id = one.bill_id
    INNER JOIN newest AS other ON pair.other_id = other.bill_id
    LEFT JOIN bills.comparisons AS turned
        ON pair.bill_id = turned.other_id AND pair.other_id = turned.bill_id
    WHERE pair.is_covered
)

SELECT
    covered.bill_id,
    min(covered.other_id) AS counted_by,
    'not counted, because ' || counted_by || ' tells the same costs'
    || if(
        any_value(covered.is_equal),
        ' and is preferred', ', of more accounts or days'
    ) AS reason
FROM covered
WHERE covered.other_id NOT IN (SELECT again.bill_id FROM covered AS again)
GROUP BY covered.bill_id
