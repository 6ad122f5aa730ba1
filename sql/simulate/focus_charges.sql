-- Fees, credits, refunds, taxes and support as FOCUS 1.2 rows.
--
-- grain:  charge, and the unused part of a commitment apart
-- reads:  simulated.charges
-- params:
WITH parts AS (
    SELECT
        *,
        billed AS billed_part,
        CASE WHEN commitment_id IS NULL THEN billed ELSE 0 END AS effective_part,
        FALSE AS is_unused
    FROM simulated.charges
    UNION ALL
    SELECT
        *,
        0 AS billed_part,
        unused AS effective_part,
        TRUE AS is_unused
    FROM simulated.charges
    WHERE unused > 0
)

SELECT
    billing_account_id AS BillingAccountId,
    billing_account_name AS BillingAccountName,
    currency AS BillingCurrency,
    description AS ChargeDescription,
    first_at AS ChargePeriodStart,
    end_at AS ChargePeriodEnd,
    commitment_id AS CommitmentDiscountId,
    commitment_name AS CommitmentDiscountName,
    commitment_type AS CommitmentDiscountType,
    currency AS PricingCurrency,
    provider AS ProviderName,
    publisher AS PublisherName,
    commitment_id AS ResourceId,
    service_category AS ServiceCategory,
    service_name AS ServiceName,
    billed_part * 0.0000000001 AS BilledCost,
    effective_part * 0.0000000001 AS EffectiveCost,
    CASE WHEN is_unused THEN effective_part ELSE billed_part END
    * 0.0000000001 AS ListCost,
    CASE WHEN is_unused THEN effective_part ELSE billed_part END * 0.0000000001
        AS ContractedCost,
    CASE
        WHEN is_unused THEN 'Usage'
        WHEN kind = 'tax' THEN 'Tax'
        WHEN kind = 'credit' THEN 'Credit'
        WHEN kind = 'refund' THEN 'Usage'
        ELSE 'Purchase'
    END AS ChargeCategory,
    CASE WHEN kind = 'refund' THEN 'Correction' END AS ChargeClass,
    CASE
        WHEN is_unused THEN 'Usage-Based'
        WHEN kind IN ('upfront_fee', 'refund', 'credit') THEN 'One-Time'
        ELSE 'Recurring'
    END AS ChargeFrequency,
    CASE WHEN commitment_id IS NOT NULL THEN commitment_category END
        AS CommitmentDiscountCategory,
    CASE WHEN is_unused THEN 'Unused' END AS CommitmentDiscountStatus,
    CASE WHEN kind = 'marketplace' THEN publisher ELSE issuer END AS InvoiceIssuerName,
    CASE WHEN is_unused THEN 'Committed' WHEN kind = 'tax' THEN NULL ELSE 'Standard' END
        AS PricingCategory,
    CASE WHEN kind = 'tax' OR is_unused THEN NULL ELSE 1 END AS PricingQuantity,
    CASE WHEN kind = 'tax' OR is_unused THEN NULL ELSE 'Units' END AS PricingUnit,
    nullif(region_id, 'global') AS RegionId,
    CASE WHEN region_id <> 'global' THEN region_name END AS RegionName,
    nullif(sub_account_id, '') AS SubAccountId,
    nullif(sub_account_name, '') AS SubAccountName
FROM parts
