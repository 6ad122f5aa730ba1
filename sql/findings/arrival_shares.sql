-- How much of a day's final use bills show so many hours after its end, by service.
--
-- grain:  source, service_name, hours_from
-- reads:  bills.versions, series.daily_cost_versions
-- params: as_of
--
-- The same as series/arrival_curves, but of single series: services of one bill arrive
-- at different speeds, and a series that is complete early must not look dear. Learned
-- from the last four months, with what was known at as_of; a bucket needs seven days.
WITH versions AS (
    SELECT
        bill_id,
        source,
        coalesce(known_at, loaded_at) AS known_from,
        [source, billing_account_id, billing_period] AS bill,
        row_number() OVER (
            PARTITION BY bill ORDER BY known_from DESC, version DESC
        ) = 1 AS is_last
    FROM bills.versions
    WHERE
        status <> 'quarantined'
        AND known_from <= $as_of::TIMESTAMPTZ
        AND coalesce(withdrawn_at > $as_of::TIMESTAMPTZ, TRUE)
        AND billing_period
        >= strftime($as_of::TIMESTAMPTZ - INTERVAL 4 MONTHS, '%Y-%m')
),

costs AS (
    SELECT
        bill_id,
        charge_date,
        service_name,
        [provider, sub_account_id, service_name, region_id, billing_currency] AS series,
        (charge_date + 1)::TIMESTAMP AT TIME ZONE 'UTC' AS ended_at,
        sum(effective_cost)::DOUBLE AS cost
    FROM series.daily_cost_versions
    WHERE
        charge_kind = 'usage'
        AND bill_id IN (SELECT versions.bill_id FROM versions)
    GROUP BY ALL
),

finals AS (
    SELECT
        costs.*,
        versions.bill
    FROM costs
    INNER JOIN versions ON costs.bill_id = versions.bill_id AND versions.is_last
    WHERE
        costs.cost > 0
        AND versions.known_from >= costs.ended_at + INTERVAL 14 DAYS
),

seen AS (
    SELECT
        versions.source,
        finals.service_name,
        finals.charge_date,
        arrival_hours(epoch(versions.known_from - finals.ended_at) / 3600)
            AS hours_from,
        coalesce(costs.cost, 0) / finals.cost AS share
    FROM finals
    INNER JOIN versions ON finals.bill = versions.bill
    LEFT JOIN costs
        ON
            versions.bill_id = costs.bill_id
            AND finals.charge_date = costs.charge_date
            AND finals.series = costs.series
    WHERE versions.known_from >= finals.ended_at - INTERVAL 1 DAY
)

SELECT
    source,
    service_name,
    hours_from,
    quantile_cont(share, 0.05) AS low_share,
    quantile_cont(share, 0.5) AS middle_share,
    quantile_cont(share, 0.95) AS high_share
FROM seen
GROUP BY ALL
HAVING count(DISTINCT charge_date) >= 7
