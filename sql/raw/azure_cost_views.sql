-- Which of Azure's two costs the lines of an export tell of.
--
-- grain:  cost_view
-- reads:  nothing but the files
-- params: files
--
-- Only the amortised export has unused commitments, and usage that they cover at its
-- share of them; only the actual one has their purchase, and covered usage at nothing.
WITH lines AS (
    SELECT
        lower(replace(coalesce(ChargeType, 'Usage'), ' ', '')) AS charge_type,
        CostInBillingCurrency AS cost,
        if(
            PricingModel IS NULL,
            coalesce(BenefitId, ReservationId, '') <> '',
            regexp_matches(PricingModel, '(?i)reservation|savings *plan')
        ) AS is_committed
    FROM read_parquet($files)
)

SELECT DISTINCT
    CASE
        WHEN charge_type IN ('unusedreservation', 'unusedsavingsplan') THEN 'amortised'
        WHEN charge_type = 'usage' AND cost <> 0 THEN 'amortised'
        WHEN charge_type IN ('usage', 'purchase', 'refund') THEN 'actual'
    END AS cost_view
FROM lines
WHERE is_committed AND cost_view IS NOT NULL
