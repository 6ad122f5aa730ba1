-- What was paid for a commitment this month was used or shown as unused this month.
--
-- severity: warn
-- grain:  commitment, billing_currency
-- reads:  the table or view of FOCUS rows that $charges names
-- params: charges
--
-- Only commitments paid by the month close within one; the share of an upfront payment
-- comes on top of the recurring fee, so more may have been used than was paid.
SELECT
    CommitmentDiscountId AS commitment_id,
    BillingCurrency AS billing_currency,
    sum(BilledCost) FILTER (WHERE ChargeCategory = 'Purchase') AS paid,
    coalesce(
        sum(EffectiveCost) FILTER (WHERE ChargeCategory = 'Usage'), 0
    ) AS used_or_unused
FROM query_table($charges)
WHERE CommitmentDiscountId IS NOT NULL
GROUP BY ALL
HAVING
    bool_and(ChargeCategory <> 'Purchase' OR ChargeFrequency = 'Recurring')
    AND used_or_unused < paid - 0.01
