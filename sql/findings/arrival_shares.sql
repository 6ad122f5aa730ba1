-- How much of a day's final use bills show so many hours after its end, by service.
--
-- grain:  source, service_name, hours_from
-- reads:  bills.versions_as_of, series.daily_cost_versions
-- params: as_of, settled_hours
--
-- The same as series/arrival_curves, but of single series: services of one bill arrive
-- at different speeds, and a series that is complete early must not look dear. Learned
-- from the last four months, with what was known at as_of; a bucket needs seven days.
-- Nobody asks for the share of a day older than settled_hours: such versions are left
-- out, and only days of which an earlier one tells are added up. That takes long.
WITH versions AS (
    SELECT
        bill_id,
        source,
        known_from,
        [source, billing_account_id, billing_period] AS bill,
        is_last
    FROM bills.versions_as_of($as_of)
    WHERE
        billing_period >= strftime($as_of::TIMESTAMPTZ - INTERVAL 4 MONTHS, '%Y-%m')
),

days AS (
    SELECT
        bill_id,
        charge_date,
        (charge_date + 1)::TIMESTAMP AT TIME ZONE 'UTC' AS ended_at
    FROM series.daily_cost_versions
    WHERE
        charge_kind = 'usage'
        AND bill_id IN (
            SELECT versions.bill_id FROM versions
            WHERE versions.is_last
        )
    GROUP BY ALL
),

told AS (
    SELECT
        versions.source,
        versions.bill_id,
        days.bill_id AS final_id,
        days.charge_date,
        arrival_hours(epoch(versions.known_from - days.ended_at) / 3600) AS hours_from
    FROM days
    INNER JOIN versions AS last ON days.bill_id = last.bill_id
    INNER JOIN versions ON last.bill = versions.bill
    WHERE
        last.known_from >= days.ended_at + INTERVAL 14 DAYS
        AND versions.known_from >= days.ended_at - INTERVAL 1 DAY
        AND versions.known_from < days.ended_at + to_hours($settled_hours::INTEGER)
),

costs AS (
    SELECT
        rows.bill_id,
        rows.charge_date,
        rows.provider,
        rows.sub_account_id,
        rows.service_name,
        rows.region_id,
        rows.billing_currency,
        sum(rows.effective_cost) AS cost
    FROM series.daily_cost_versions AS rows
    WHERE
        rows.charge_kind = 'usage'
        AND (rows.bill_id, rows.charge_date) IN (
            SELECT (told.bill_id, told.charge_date) FROM told
            UNION ALL
            SELECT (told.final_id, told.charge_date) FROM told
        )
    GROUP BY ALL
),

seen AS (
    SELECT
        told.source,
        finals.service_name,
        told.charge_date,
        told.hours_from,
        coalesce(costs.cost, 0)::DOUBLE / finals.cost::DOUBLE AS share
    FROM told
    INNER JOIN costs AS finals
        ON told.final_id = finals.bill_id AND told.charge_date = finals.charge_date
    LEFT JOIN costs
        ON
            told.bill_id = costs.bill_id
            AND told.charge_date = costs.charge_date
            AND finals.provider IS NOT DISTINCT FROM costs.provider
            AND finals.sub_account_id IS NOT DISTINCT FROM costs.sub_account_id
            AND finals.service_name IS NOT DISTINCT FROM costs.service_name
            AND finals.region_id IS NOT DISTINCT FROM costs.region_id
            AND finals.billing_currency = costs.billing_currency
    WHERE finals.cost > 0
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
