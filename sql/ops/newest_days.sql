-- The newest days of each source, and how complete their costs should be by now.
--
-- grain:  source, billing_currency, charge_date
-- reads:  bills.versions, series.arrival_curves, series.daily_cost_versions
-- params:
--
-- A day is as old as the bill that tells of it. The ratio is what the arrival curve of
-- its source says for that age, the bucket below where the very one was never seen.
WITH curves AS (
    SELECT *
    FROM series.arrival_curves
    WHERE charge_kind IS NULL
),

days AS (
    SELECT
        versions.source,
        costs.billing_currency,
        costs.charge_date,
        sum(costs.effective_cost) AS effective_cost,
        max(coalesce(versions.known_at, versions.loaded_at)) AS known_at,
        epoch(
            max(coalesce(versions.known_at, versions.loaded_at))
            - ((costs.charge_date + 1)::TIMESTAMP AT TIME ZONE 'UTC')
        ) / 3600 AS hours
    FROM series.daily_cost_versions AS costs
    INNER JOIN bills.versions AS versions ON costs.bill_id = versions.bill_id
    WHERE
        versions.status = 'current'
        AND costs.charge_date
        <= (coalesce(versions.known_at, versions.loaded_at) AT TIME ZONE 'UTC')::DATE
    GROUP BY versions.source, costs.billing_currency, costs.charge_date
    QUALIFY row_number() OVER (
        PARTITION BY versions.source, costs.billing_currency
        ORDER BY costs.charge_date DESC
    ) <= 5
)

SELECT
    days.source,
    days.charge_date,
    days.effective_cost,
    days.billing_currency,
    days.known_at,
    round(days.hours, 1) AS hours,
    curves.median_ratio,
    curves.low_ratio,
    curves.high_ratio,
    curves.days AS learned_from_days
FROM days
ASOF LEFT JOIN curves
    ON days.source = curves.source AND days.hours >= curves.hours_from
ORDER BY days.source ASC, days.billing_currency ASC, days.charge_date DESC
