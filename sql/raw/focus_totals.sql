-- What the bills in some FOCUS files sum to, as their own columns say.
--
-- grain:  file, billing_account_id, billing_period, billing_currency
-- reads:  nothing but the files
-- params: sums
--
-- The sums are those of rows, see focus/focus_summed.
-- Written apart from the FOCUS mapping, so that each can be held against the other.
-- AWS leaves the EffectiveCost of tax rows empty: it then is the billed cost. It also
-- writes text in a second pair of quotation marks.
WITH optional AS (
    SELECT
        NULL::VARCHAR AS ProviderName,
        NULL::VARCHAR AS ServiceProviderName
    WHERE FALSE
),

exported AS (
    FROM read_parquet($sums, union_by_name = TRUE, filename = TRUE)
    UNION ALL BY NAME
    FROM optional
)

SELECT
    bare(BillingAccountId) AS billing_account_id,
    left(BillingPeriodStart::VARCHAR, 7) AS billing_period,
    bare(BillingCurrency) AS billing_currency,
    list(DISTINCT coalesce(bare(ServiceProviderName), bare(ProviderName)))
        AS providers,
    sum(x_ChargeCount)::BIGINT AS row_count,
    coalesce(sum(amount(BilledCost)), 0) AS billed_cost,
    coalesce(sum(coalesce(amount(EffectiveCost), amount(BilledCost))), 0)
        AS effective_cost,
    min(left(ChargePeriodStart::VARCHAR, 10)) AS first_date,
    max(left(ChargePeriodStart::VARCHAR, 10)) AS last_date,
    filename
FROM exported
GROUP BY ALL
