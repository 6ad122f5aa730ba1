-- A unit price times the priced quantity is the cost.
--
-- severity: warn
-- grain:  service, price
-- reads:  the table or view of FOCUS rows that $charges names
-- params: charges
--
-- In floating point, because the product of two exact numbers of 18 decimals has no
-- type; a ten-thousandth off is rounding. Tiered prices and free tiers show up here.
WITH priced AS (
    SELECT
        ServiceName AS service_name,
        ListCost::DOUBLE AS list_cost,
        ListUnitPrice::DOUBLE * PricingQuantity::DOUBLE AS list_product,
        ContractedCost::DOUBLE AS contracted_cost,
        ContractedUnitPrice::DOUBLE * PricingQuantity::DOUBLE AS contracted_product
    FROM query_table($charges)
    WHERE ChargeClass IS NULL
)

SELECT
    service_name,
    count(*) AS charges,
    sum(list_cost) AS list_cost,
    sum(list_product) AS list_price_times_quantity,
    sum(contracted_cost) AS contracted_cost,
    sum(contracted_product) AS contracted_price_times_quantity
FROM priced
WHERE
    abs(list_cost - list_product) > 0.000001 + 0.0001 * abs(list_cost)
    OR abs(contracted_cost - contracted_product)
    > 0.000001 + 0.0001 * abs(contracted_cost)
GROUP BY ALL
ORDER BY charges DESC
