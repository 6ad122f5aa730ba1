-- Resources that were charged for within a scope.
--
-- grain:  provider, resource_id (in lower case)
-- reads:  focus.cost_and_usage
-- params: narrowed, seen_from, provider, billing_account_id, sub_account_id,
--         service_name, region_id
--
-- Only the columns named in $narrowed restrict; a null there means that the bill names
-- none.
SELECT DISTINCT
    ServiceProviderName AS provider,
    lower(ResourceId) AS resource_id
FROM focus.cost_and_usage
WHERE
    ResourceId IS NOT NULL
    AND ChargePeriodStart >= $seen_from
    AND (
        NOT list_contains($narrowed, 'provider')
        OR ServiceProviderName IS NOT DISTINCT FROM $provider
    )
    AND (
        NOT list_contains($narrowed, 'billing_account_id')
        OR BillingAccountId IS NOT DISTINCT FROM $billing_account_id
    )
    AND (
        NOT list_contains($narrowed, 'sub_account_id')
        OR SubAccountId IS NOT DISTINCT FROM $sub_account_id
    )
    AND (
        NOT list_contains($narrowed, 'service_name')
        OR ServiceName IS NOT DISTINCT FROM $service_name
    )
    AND (
        NOT list_contains($narrowed, 'region_id')
        OR RegionId IS NOT DISTINCT FROM $region_id
    )
