-- Usage that a savings plan covers is cancelled by negation lines in the AWS report.
--
-- severity: warn
-- grain:  bill_id, billing_currency
-- reads:  bills.totals, charge_groups
-- params: -
--
-- Reports that are made up often lack all or some of them; their own total then counts
-- that usage twice. AWS rounds a line and its negation apart, at ten decimals.
WITH mapped AS (
    SELECT
        bill_id,
        billing_currency,
        sum(billed_cost) AS billed_cost,
        sum(covered_cost) AS covered_cost
    FROM charge_groups
    GROUP BY ALL
)

SELECT
    mapped.bill_id,
    mapped.billing_currency,
    totals.billed_cost - mapped.billed_cost AS covered_cost_not_negated
FROM mapped
INNER JOIN bills.totals AS totals
    ON
        mapped.bill_id = totals.bill_id
        AND mapped.billing_currency = totals.billing_currency
WHERE
    mapped.covered_cost > 0
    AND covered_cost_not_negated > totals.row_count * 0.0000000001
ORDER BY ALL
