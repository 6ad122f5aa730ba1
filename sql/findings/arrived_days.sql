-- How much of each young day's use has arrived, by the shares known at the time.
--
-- grain:  provider, billing_account_id, billing_currency, service_name, charge_date
-- reads:  series.daily_cost_as_of, made_bills, arrival_shares
-- params: as_of, until, settle_days
--
-- arrival_shares and made_bills are temporary tables, filled by the queries of these
-- names. A service that no bill shows yet on a day has a share too; a day for whose age
-- no share is known has none. Nor have the newest days of an export whose time is
-- doubted: nobody knows their age.
WITH days AS (
    SELECT
        costs.provider,
        costs.billing_account_id,
        costs.billing_currency,
        costs.charge_date,
        bills.source,
        epoch(
            max(bills.made_at)
            - ((costs.charge_date + 1)::TIMESTAMP AT TIME ZONE 'UTC')
        ) / 3600 AS hours
    FROM series.daily_cost_as_of($as_of::TIMESTAMPTZ) AS costs
    INNER JOIN made_bills AS bills ON costs.bill_id = bills.bill_id
    WHERE
        costs.charge_kind = 'usage'
        AND costs.charge_date <= $until
        AND costs.charge_date + 15 > (bills.made_at AT TIME ZONE 'UTC')::DATE
        AND (
            NOT bills.is_doubted
            OR costs.charge_date + $settle_days::INTEGER
            < (bills.made_at AT TIME ZONE 'UTC')::DATE
        )
    GROUP BY 1, 2, 3, 4, 5
),

services AS (
    SELECT DISTINCT
        source,
        service_name
    FROM arrival_shares
),

asked AS (
    SELECT
        days.*,
        services.service_name
    FROM days
    INNER JOIN services ON days.source = services.source
)

SELECT
    asked.provider,
    asked.billing_account_id,
    asked.billing_currency,
    asked.service_name,
    asked.charge_date,
    min(shares.low_share) AS low_share,
    min(shares.middle_share) AS middle_share,
    max(shares.high_share) AS high_share,
    max(asked.hours) AS hours
FROM asked
ASOF INNER JOIN arrival_shares AS shares
    ON
        asked.source = shares.source
        AND coalesce(asked.service_name, '') = coalesce(shares.service_name, '')
        AND asked.hours >= shares.hours_from
GROUP BY ALL
