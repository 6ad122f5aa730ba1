-- Every charge names its billing account, provider, service and invoice issuer.
--
-- severity: warn
-- grain:  bill_id
-- reads:  charge_groups
-- params: -
SELECT
    bill_id,
    coalesce(sum(charges) FILTER (WHERE billing_account_id IS NULL), 0)::BIGINT
        AS charges_without_billing_account,
    coalesce(sum(charges) FILTER (WHERE provider IS NULL), 0)::BIGINT
        AS charges_without_provider,
    coalesce(
        sum(charges) FILTER (WHERE service_name IS NULL OR service_name = 'Unknown'), 0
    )::BIGINT AS charges_without_service,
    sum(charges_without_issuer)::BIGINT AS charges_without_issuer
FROM charge_groups
GROUP BY ALL
HAVING
    charges_without_billing_account + charges_without_provider
    + charges_without_service + charges_without_issuer > 0
ORDER BY ALL
