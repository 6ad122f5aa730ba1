-- No charge begins long after its bill's month and after its bill became known.
--
-- severity: warn
-- grain:  bill_id, service_name, first_date
-- reads:  bills.versions, charge_groups
-- params: -
--
-- The rows keep their time; their days count where credible_date puts them.
WITH dated AS (
    SELECT
        groups.*,
        credible_date(
            groups.first_date,
            (coalesce(versions.known_at, versions.loaded_at) AT TIME ZONE 'UTC')::DATE,
            versions.billing_period
        ) AS counted_on
    FROM charge_groups AS groups
    INNER JOIN bills.versions AS versions ON groups.bill_id = versions.bill_id
)

SELECT
    bill_id,
    service_name,
    first_date,
    counted_on,
    billing_currency,
    sum(charges)::BIGINT AS charges,
    sum(billed_cost) AS billed_cost
FROM dated
WHERE counted_on <> first_date
GROUP BY ALL
ORDER BY ALL
