-- Usage lines of any cloud as FOCUS 1.2 rows.
--
-- grain:  line × part of the day
-- reads:  simulated.known, simulated.slots, simulated.meters
-- params:
WITH lines AS (
    SELECT
        m.*,
        k.price,
        k.effective_price,
        s.start_at,
        s.end_at,
        k.is_covered,
        k.quantity // m.hours
        + (s.part - m.opens < k.quantity % m.hours)::BIGINT AS units,
        units * k.price AS cost,
        100 - m.discount_pct AS net_pct,
        units * m.quantity_unit * 0.00000001 AS quantity,
        k.price * m.price_unit AS list_price
    FROM simulated.known AS k
    INNER JOIN simulated.slots AS s ON k.day = s.day
    INNER JOIN simulated.meters AS m
        ON k.meter = m.meter AND s.part BETWEEN m.opens AND m.opens + m.hours - 1
)

SELECT
    zone AS AvailabilityZone,
    billing_account_id AS BillingAccountId,
    billing_account_name AS BillingAccountName,
    currency AS BillingCurrency,
    'Usage' AS ChargeCategory,
    'Usage-Based' AS ChargeFrequency,
    start_at AS ChargePeriodStart,
    end_at AS ChargePeriodEnd,
    quantity AS ConsumedQuantity,
    unit AS ConsumedUnit,
    issuer AS InvoiceIssuerName,
    currency AS PricingCurrency,
    quantity AS PricingQuantity,
    unit AS PricingUnit,
    provider AS ProviderName,
    provider AS PublisherName,
    region_id AS RegionId,
    region_name AS RegionName,
    resource_id AS ResourceId,
    resource_name AS ResourceName,
    kind AS ResourceType,
    service_category AS ServiceCategory,
    service_name AS ServiceName,
    sku_id AS SkuId,
    usage_type AS SkuMeter,
    sub_account_id AS SubAccountId,
    sub_account_name AS SubAccountName,
    tags_json AS Tags,
    CASE WHEN is_covered THEN 0 ELSE cost * net_pct END * 0.0000000001 AS BilledCost,
    usage_type || ' in ' || region_name AS ChargeDescription,
    CASE WHEN is_covered THEN commitment_category END AS CommitmentDiscountCategory,
    CASE WHEN is_covered THEN commitment_id END AS CommitmentDiscountId,
    CASE WHEN is_covered THEN commitment_name END AS CommitmentDiscountName,
    CASE WHEN is_covered THEN quantity END AS CommitmentDiscountQuantity,
    CASE WHEN is_covered THEN 'Used' END AS CommitmentDiscountStatus,
    CASE WHEN is_covered THEN commitment_type END AS CommitmentDiscountType,
    CASE WHEN is_covered THEN 'Hours' END AS CommitmentDiscountUnit,
    cost * net_pct * 0.0000000001 AS ContractedCost,
    list_price * net_pct * 0.0000000001 AS ContractedUnitPrice,
    CASE WHEN is_covered THEN units * effective_price * 100 ELSE cost * net_pct END
    * 0.0000000001 AS EffectiveCost,
    cost * 100 * 0.0000000001 AS ListCost,
    list_price * 0.00000001 AS ListUnitPrice,
    CASE
        WHEN is_covered THEN 'Committed' WHEN is_spot THEN 'Dynamic' ELSE 'Standard'
    END
        AS PricingCategory,
    CASE WHEN kind = 'instance' THEN json_object('InstanceType', machine) END
        AS SkuPriceDetails,
    sku_id || '.' || region_id AS SkuPriceId
FROM lines
