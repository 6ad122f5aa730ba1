-- Rows of FOCUS exports, summed where the daily series cannot tell them apart.
--
-- grain:  day, and whatever the mapping or a check looks at
-- reads:  raw.focus, the view of exported rows that $lines names
-- params: lines
--
-- As focus/aws_summed says: rows are summed only with those of the same day and sign
-- that every check would treat alike.
WITH lines AS (
    SELECT
        *,
        instant(ChargePeriodStart) AS starts,
        after_end(instant(ChargePeriodEnd)) AS ends
    FROM query_table($lines)
)

FROM raw.focus
UNION ALL BY NAME
SELECT
    source,
    version,
    BillingAccountId,
    BillingCurrency,
    BillingPeriodStart,
    BillingPeriodEnd,
    ChargeCategory,
    ChargeClass,
    ChargeFrequency,
    ChargeSubcategory,
    CommitmentDiscountId,
    CommitmentDiscountStatus,
    ConsumedUnit,
    InvoiceIssuerName,
    Provider,
    ProviderName,
    Publisher,
    PublisherName,
    Region,
    RegionId,
    ServiceName,
    ServiceProviderName,
    SubAccountId,
    starts::DATE AS first_date,
    (ends - INTERVAL 1 MICROSECOND)::DATE AS last_date,
    direction(BilledCost) AS billed_sign,
    direction(EffectiveCost) AS effective_sign,
    direction(ContractedCost) AS contracted_sign,
    direction(ListCost) AS list_sign,
    min(starts) AS ChargePeriodStart,
    min(ends) AS ChargePeriodEnd,
    total(BilledCost) AS BilledCost,
    total(EffectiveCost) AS EffectiveCost,
    total(ContractedCost) AS ContractedCost,
    total(ListCost) AS ListCost,
    total(ConsumedQuantity) AS ConsumedQuantity,
    sum(x_ChargeCount)::BIGINT AS x_ChargeCount
FROM lines
GROUP BY ALL
