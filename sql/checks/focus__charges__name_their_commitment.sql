-- Usage that a commitment covers, and what of it was wasted, names the commitment.
--
-- severity: warn
-- grain:  bill_id, billing_currency
-- reads:  charge_groups
-- params: -
--
-- Without its name nobody can say whether a commitment closes, and an upfront fee of
-- AWS that does not name its reservation counts beside its own amortisation.
SELECT
    bill_id,
    billing_currency,
    sum(charges)::BIGINT AS charges,
    sum(effective_cost) AS effective_cost
FROM charge_groups
WHERE commitment_status IS NOT NULL AND commitment_id IS NULL
GROUP BY ALL
ORDER BY ALL
