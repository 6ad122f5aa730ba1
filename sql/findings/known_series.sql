-- The daily series that bills tell of, numbered, as they were known at a time.
--
-- grain:  series_index
-- reads:  series.daily_cost_as_of, bills.versions
-- params: as_of, until
--
-- known_at is the newest knowledge among the bills of the series.
WITH series AS (
    SELECT
        costs.provider,
        costs.billing_account_id,
        costs.sub_account_id,
        costs.service_name,
        costs.region_id,
        costs.charge_kind,
        costs.billing_currency,
        min(costs.charge_date) AS first_date,
        max(costs.charge_date) AS last_date,
        max(coalesce(bills.known_at, bills.loaded_at)) AS known_at
    FROM series.daily_cost_as_of($as_of::TIMESTAMPTZ) AS costs
    LEFT JOIN bills.versions AS bills ON costs.bill_id = bills.bill_id
    WHERE costs.charge_date <= $until
    GROUP BY ALL
)

SELECT
    *,
    (
        row_number() OVER (
            ORDER BY
                provider,
                billing_account_id,
                sub_account_id,
                service_name,
                region_id,
                charge_kind,
                billing_currency
        ) - 1
    )::INTEGER AS series_index,
    (
        dense_rank() OVER (ORDER BY provider, billing_account_id, billing_currency) - 1
    )::INTEGER AS account_index
FROM series
ORDER BY series_index
