-- The daily cost of every series, as it was known at a moment.
--
-- grain:  charge_date, series, bill_id
-- reads:  bills.versions, series.daily_cost_versions
-- params: moment
WITH known AS (
    SELECT
        bill_id,
        coalesce(known_at, loaded_at) AS known_from,
        lead(coalesce(known_at, loaded_at)) OVER (
            PARTITION BY source, billing_account_id, billing_period
            ORDER BY coalesce(known_at, loaded_at), version
        ) AS known_to
    FROM bills.versions
    WHERE status <> 'quarantined'
)

SELECT
    days.charge_date,
    days.provider,
    days.billing_account_id,
    days.sub_account_id,
    days.service_name,
    days.region_id,
    days.charge_kind,
    days.billing_currency,
    days.billed_cost,
    days.effective_cost,
    days.contracted_cost,
    days.list_cost,
    days.consumed_quantity,
    days.bill_id
FROM series.daily_cost_versions AS days
WHERE
    days.bill_id IN (
        SELECT known.bill_id
        FROM known
        WHERE
            known.known_from <= $moment::TIMESTAMPTZ
            AND (known.known_to IS NULL OR $moment::TIMESTAMPTZ < known.known_to)
    )
