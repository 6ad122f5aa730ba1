-- A bill of Azure that has commitments has the actual and the amortised costs.
--
-- severity: warn
-- grain:  bill_id, billing_currency
-- reads:  bills.versions, charge_groups
-- params: -
--
-- Of the actual export alone, nobody knows what the use of a commitment cost; of the
-- amortised one alone, nobody knows what was paid for it. Everything else is in both.
SELECT
    groups.bill_id,
    groups.billing_currency,
    if(versions.source_format = 'azure_actual', 'amortised', 'actual')
        AS missing_export,
    coalesce(sum(groups.billed_cost), 0) AS paid_for_commitments,
    coalesce(sum(groups.effective_cost), 0) AS used_or_unused
FROM charge_groups AS groups
INNER JOIN bills.versions AS versions ON groups.bill_id = versions.bill_id
WHERE
    groups.commitment_id IS NOT NULL
    AND versions.source_format IN ('azure_actual', 'azure_amortised')
GROUP BY ALL
ORDER BY ALL
