-- Every daily series, and whether it is dear enough to have figures of its own.
--
-- grain:  series
-- reads:  series.daily_cost
-- params: room
WITH totals AS (
    SELECT
        provider,
        billing_account_id,
        sub_account_id,
        service_name,
        region_id,
        charge_kind,
        billing_currency,
        sum(effective_cost) AS effective_cost
    FROM series.daily_cost
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
    row_number() OVER (
        ORDER BY
            abs(effective_cost) DESC,
            provider ASC,
            billing_account_id ASC,
            sub_account_id ASC,
            service_name ASC,
            region_id ASC,
            charge_kind ASC,
            billing_currency ASC
    ) <= $room AS is_named
FROM totals
