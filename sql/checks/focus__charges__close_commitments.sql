-- What was paid for a commitment this month was used or shown as unused this month.
--
-- severity: warn
-- grain:  bill_id, commitment, billing_currency
-- reads:  charge_groups
-- params: -
--
-- Only commitments paid by the month close within one; the share of an upfront payment
-- comes on top of the recurring fee, so more may have been used than was paid.
SELECT
    bill_id,
    commitment_id,
    billing_currency,
    sum(billed_cost) FILTER (WHERE charge_category = 'Purchase') AS paid,
    coalesce(
        sum(effective_cost) FILTER (WHERE charge_category = 'Usage'), 0
    ) AS used_or_unused
FROM charge_groups
WHERE commitment_id IS NOT NULL
GROUP BY ALL
HAVING
    bool_and(charge_category <> 'Purchase' OR charge_frequency = 'Recurring')
    AND used_or_unused < paid - 0.01
ORDER BY ALL
