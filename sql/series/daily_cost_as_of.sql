-- The daily cost of every series, as it was known at a moment.
--
-- grain:  charge_date, series, bill_id
-- reads:  bills.versions, series.daily_cost_versions
-- params: moment
WITH known AS (
    SELECT bill_id
    FROM bills.versions
    WHERE
        status <> 'quarantined'
        AND coalesce(known_at, loaded_at) <= $moment::TIMESTAMPTZ
        AND (withdrawn_at IS NULL OR withdrawn_at > $moment::TIMESTAMPTZ)
    QUALIFY row_number() OVER (
        PARTITION BY source, billing_account_id, billing_period
        ORDER BY coalesce(known_at, loaded_at) DESC, version DESC
    ) = 1
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
SEMI JOIN known ON days.bill_id = known.bill_id
