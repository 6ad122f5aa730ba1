-- The daily series as they were known at a time, numbered, for the detectors.
--
-- grain:  series_index, charge_date
-- reads:  bills.versions
-- params: as_of, settle_days, until
--
-- Reads the table macro series.daily_cost_as_of. Costs go out twice: as DOUBLE for the
-- detectors and as DECIMAL for what is told of a day. A day is settled once the export
-- that it comes from is settle_days younger than it.
WITH costs AS (
    SELECT
        provider,
        billing_account_id,
        sub_account_id,
        service_name,
        region_id,
        charge_kind,
        billing_currency,
        charge_date,
        effective_cost,
        billed_cost,
        consumed_quantity,
        bill_id
    FROM series.daily_cost_as_of($as_of::TIMESTAMPTZ)
    WHERE charge_date <= $until
),

days AS (
    SELECT
        costs.provider,
        costs.billing_account_id,
        costs.sub_account_id,
        costs.service_name,
        costs.region_id,
        costs.charge_kind,
        costs.billing_currency,
        costs.charge_date,
        sum(costs.effective_cost) AS effective_cost,
        sum(costs.billed_cost) AS billed_cost,
        sum(costs.consumed_quantity)::DOUBLE AS consumed_quantity,
        count(*) = count(costs.consumed_quantity) AS has_quantity,
        max(coalesce(bills.known_at, bills.loaded_at)) AS known_at
    FROM costs
    LEFT JOIN bills.versions AS bills ON costs.bill_id = bills.bill_id
    GROUP BY ALL
)

SELECT
    provider,
    billing_account_id,
    sub_account_id,
    service_name,
    region_id,
    charge_kind,
    billing_currency,
    charge_date,
    effective_cost::DECIMAL(38, 18) AS effective_cost,
    effective_cost::DOUBLE AS effective_cost_double,
    billed_cost::DECIMAL(38, 18) AS billed_cost,
    billed_cost::DOUBLE AS billed_cost_double,
    CASE WHEN has_quantity THEN consumed_quantity END AS quantity,
    known_at,
    coalesce(
        charge_date < known_at::DATE - $settle_days::INTEGER, TRUE
    ) AS is_settled,
    dense_rank() OVER (
        ORDER BY
            provider,
            billing_account_id,
            sub_account_id,
            service_name,
            region_id,
            charge_kind,
            billing_currency
    ) - 1 AS series_index,
    dense_rank() OVER (
        ORDER BY provider, billing_account_id, billing_currency
    ) - 1 AS account_index
FROM days
ORDER BY series_index, charge_date
