-- Charges begin within their billing period and last some time, or are corrections.
--
-- severity: warn
-- grain:  bill_id, service_name
-- reads:  charge_groups
-- params: -
--
-- With a day of grace: Google's months begin and end in California. A purchase may be
-- for years to come, so its end says nothing.
SELECT
    bill_id,
    service_name,
    sum(charges_outside_period)::BIGINT AS charges,
    min(first_date) AS earliest_date,
    max(first_date) AS latest_date
FROM charge_groups
WHERE charge_class IS NULL AND charges_outside_period > 0
GROUP BY ALL
ORDER BY charges DESC, bill_id ASC, service_name ASC
