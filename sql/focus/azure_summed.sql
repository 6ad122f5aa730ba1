-- Lines of Azure bills, summed where the daily series cannot tell them apart.
--
-- grain:  day, and whatever the mapping or a check looks at
-- reads:  raw.azure, the lines, exported already, that $lines names
-- params: lines
--
-- As focus/aws_summed says: lines are summed only with those of the same day and sign
-- that every check would treat alike.
FROM raw.azure
UNION ALL BY NAME
SELECT
    source,
    version,
    BillingCurrency,
    BillingMonth,
    BillingScope,
    ChargeType,
    ConsumedService,
    Date,
    Location,
    MeterCategory,
    PricingModel,
    PublisherName,
    PublisherType,
    ResourceLocation,
    ResourceLocationNormalized,
    ServiceName,
    SubscriptionId,
    if(
        azure_service(MeterCategory, ServiceName, ConsumedService) IS NULL,
        ProductName, NULL
    ) AS ProductName,
    UnitOfMeasure,
    charge_type,
    commitment_id,
    is_unused,
    is_covered,
    is_commitment,
    block,
    is_by_block,
    NULL::DECIMAL(38, 18) AS unit_price,
    NULL::DECIMAL(38, 18) AS public_price,
    NULL::DECIMAL(38, 18) AS priced_quantity,
    direction(billed) AS billed_sign,
    direction(effective) AS effective_sign,
    total(billed) AS billed,
    total(effective) AS effective,
    total(cost) AS cost,
    total(contracted) AS contracted,
    total(listed) AS listed,
    total(Quantity) AS Quantity,
    sum(x_ChargeCount)::BIGINT AS x_ChargeCount
FROM query_table($lines)
GROUP BY ALL
