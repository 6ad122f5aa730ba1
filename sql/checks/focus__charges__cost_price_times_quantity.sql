-- A unit price times the priced quantity is the cost.
--
-- severity: warn
-- grain:  bill_id, service_name
-- reads:  charge_groups
-- params: -
--
-- Free tiers and tiered prices show up here, and are right.
SELECT
    bill_id,
    service_name,
    sum(charges_off_price)::BIGINT AS charges,
    sum(charges)::BIGINT AS of_charges
FROM charge_groups
WHERE charge_class IS NULL
GROUP BY ALL
HAVING sum(charges_off_price) > 0
ORDER BY charges DESC, bill_id ASC, service_name ASC
