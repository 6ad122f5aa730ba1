-- What a bill of the lake sums to in either of Azure's two costs, as its exports say.
--
-- grain:  file, billing_account_id, billing_period, billing_currency
-- reads:  nothing but the files
-- params: files
--
-- Written apart from the FOCUS mapping, so that each can be held against the other.
-- With one export alone the other cost is known of most lines, for they cost the same
-- in both. Of commitments it is not: what is used of them is not billed, and what is
-- paid for them is not effective.
WITH lines AS (
    SELECT
        *,
        if(
            PricingModel IS NULL,
            coalesce(BenefitId, ReservationId, '') <> '',
            regexp_matches(PricingModel, '(?i)reservation|savings *plan')
        ) AS is_committed,
        lower(replace(coalesce(ChargeType, 'Usage'), ' ', '')) AS charge_type
    FROM read_parquet($files, filename = TRUE)
)

SELECT
    BillingScope AS billing_account_id,
    left(BillingMonth, 7) AS billing_period,
    nullif(trim(BillingCurrency), '') AS billing_currency,
    ['Microsoft'] AS providers,
    count(*) AS row_count,
    coalesce(sum(CASE
        WHEN ActualExport IS NOT NULL THEN ActualCost
        WHEN charge_type LIKE 'unused%' THEN 0
        WHEN charge_type = 'usage' AND is_committed THEN 0
        ELSE AmortisedCost
    END), 0) AS billed_cost,
    coalesce(sum(CASE
        WHEN AmortisedExport IS NOT NULL THEN AmortisedCost
        WHEN charge_type IN ('purchase', 'refund') AND is_committed THEN 0
        ELSE ActualCost
    END), 0) AS effective_cost,
    min(Date) AS first_date,
    max(Date) AS last_date,
    filename
FROM lines
GROUP BY ALL
