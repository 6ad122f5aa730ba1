-- How much of a day's final cost bills show so many hours after its end.
--
-- grain:  source, charge_kind, hours_from
-- reads:  bills.versions_as_of, series.daily_cost_versions
-- params: moment
--
-- Each version of a bill that became known after a day began tells what share of the
-- day's final cost it held. Final is what the last version known at the moment says,
-- if it was made at least 14 days after the day. Of several versions within a bucket
-- the last one counts. A null charge_kind stands for all kinds together.
WITH versions AS (
    SELECT
        bill_id,
        source,
        known_from,
        [source, billing_account_id, billing_period] AS bill,
        is_last
    FROM bills.versions_as_of($moment)
),

costs AS (
    SELECT
        bill_id,
        billing_currency,
        charge_date,
        charge_kind,
        sum(effective_cost) AS cost
    FROM series.daily_cost_versions
    GROUP BY bill_id, billing_currency, charge_date, ROLLUP (charge_kind) -- noqa: CP03
),

finals AS (
    SELECT
        costs.*,
        versions.bill,
        (costs.charge_date + 1)::TIMESTAMP AT TIME ZONE 'UTC' AS ended_at
    FROM costs
    INNER JOIN versions ON costs.bill_id = versions.bill_id AND versions.is_last
    WHERE costs.cost <> 0 AND versions.known_from >= ended_at + INTERVAL 14 DAYS
),

seen AS (
    SELECT
        finals.*,
        versions.source,
        arrival_hours(epoch(versions.known_from - finals.ended_at) / 3600)
            AS hours_from,
        (coalesce(costs.cost, 0) / finals.cost)::DOUBLE AS ratio
    FROM finals
    INNER JOIN versions ON finals.bill = versions.bill
    LEFT JOIN costs
        ON
            versions.bill_id = costs.bill_id
            AND finals.billing_currency = costs.billing_currency
            AND finals.charge_date = costs.charge_date
            AND finals.charge_kind IS NOT DISTINCT FROM costs.charge_kind
    WHERE versions.known_from >= finals.ended_at - INTERVAL 1 DAY
    QUALIFY row_number() OVER (
        PARTITION BY finals, hours_from ORDER BY versions.known_from DESC
    ) = 1
)

SELECT
    source,
    charge_kind,
    hours_from,
    quantile_cont(ratio, 0.5) AS median_ratio,
    quantile_cont(ratio, 0.1) AS low_ratio,
    quantile_cont(ratio, 0.9) AS high_ratio,
    count(*) AS observations,
    count(DISTINCT charge_date) AS days,
    $moment::TIMESTAMPTZ AS known_at
FROM seen
GROUP BY ALL
