-- Every charge has its costs, currency, category and time.
--
-- severity: fail
-- grain:  bill_id
-- reads:  charge_groups
-- params: -
SELECT
    bill_id,
    sum(charges_without_cost)::BIGINT AS charges_without_cost,
    coalesce(sum(charges) FILTER (WHERE billing_currency IS NULL), 0)::BIGINT
        AS charges_without_currency,
    coalesce(sum(charges) FILTER (WHERE charge_category IS NULL), 0)::BIGINT
        AS charges_without_category,
    coalesce(sum(charges) FILTER (WHERE first_date IS NULL), 0)::BIGINT
        AS charges_without_start
FROM charge_groups
GROUP BY ALL
HAVING
    charges_without_cost + charges_without_currency + charges_without_category
    + charges_without_start > 0
ORDER BY ALL
