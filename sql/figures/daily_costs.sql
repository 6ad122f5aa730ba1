-- The effective and billed cost of each series and day, as a store for figures gets it.
--
-- grain:  charge_date, labels
-- reads:  figure_scopes, series.daily_cost
-- params: -
--
-- A day of which the account has usage is zero for a series that has begun and costs
-- nothing on it, as in detection. Series without a name of their own are summed.
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
        sum(effective_cost) AS effective_cost,
        sum(billed_cost) AS billed_cost
    FROM series.daily_cost
    GROUP BY ALL
),

began AS (
    SELECT
        * EXCLUDE (charge_date, effective_cost, billed_cost),
        min(charge_date) AS first_date
    FROM costs
    GROUP BY ALL
),

used AS (
    SELECT DISTINCT
        provider,
        billing_account_id,
        billing_currency,
        charge_date
    FROM costs
    WHERE charge_kind = 'usage'
),

days AS (
    SELECT * FROM costs
    UNION ALL BY NAME
    SELECT
        began.* EXCLUDE (first_date),
        used.charge_date
    FROM began
    INNER JOIN used
        ON
            began.provider IS NOT DISTINCT FROM used.provider
            AND began.billing_account_id IS NOT DISTINCT FROM used.billing_account_id
            AND began.billing_currency = used.billing_currency
            AND began.first_date < used.charge_date
)

SELECT
    days.provider,
    days.billing_currency,
    days.charge_date,
    if(scopes.is_named, days.billing_account_id, 'other') AS billing_account_id,
    if(scopes.is_named, days.sub_account_id, 'other') AS sub_account_id,
    if(scopes.is_named, days.service_name, 'other') AS service_name,
    if(scopes.is_named, days.region_id, 'other') AS region_id,
    if(scopes.is_named, days.charge_kind, 'other') AS charge_kind,
    coalesce(sum(days.effective_cost), 0)::DOUBLE AS cost_daily,
    coalesce(sum(days.billed_cost), 0)::DOUBLE AS cost_daily_billed
FROM days
INNER JOIN figure_scopes AS scopes
    ON
        days.provider IS NOT DISTINCT FROM scopes.provider
        AND days.billing_account_id IS NOT DISTINCT FROM scopes.billing_account_id
        AND days.sub_account_id IS NOT DISTINCT FROM scopes.sub_account_id
        AND days.service_name IS NOT DISTINCT FROM scopes.service_name
        AND days.region_id IS NOT DISTINCT FROM scopes.region_id
        AND days.charge_kind = scopes.charge_kind
        AND days.billing_currency = scopes.billing_currency
GROUP BY ALL
