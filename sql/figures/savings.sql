-- What the advice that was open on each day would have saved a month, as it was told.
--
-- grain:  charge_date, labels
-- reads:  ops.events
-- params: until
--
-- A day counts what was open at its end. Advice is open from the event that opens it
-- until the next of its events.
WITH told AS (
    SELECT
        subject,
        event_type,
        payload,
        occurred_at::DATE AS first_date,
        lead(occurred_at::DATE, 1, $until::DATE + 1)
            OVER (PARTITION BY subject ORDER BY rowid)
            AS next_date
    FROM ops.events
    WHERE starts_with(event_type, 'io.costwarden.recommendation.')
),

days AS (
    SELECT
        payload,
        unnest(range(first_date, next_date, INTERVAL 1 DAY))::DATE AS charge_date
    FROM told
    WHERE event_type = 'io.costwarden.recommendation.opened.v1'
)

SELECT
    payload ->> '$.data.provider' AS provider,
    payload ->> '$.data.action' AS action,
    payload ->> '$.data.billing_currency' AS billing_currency,
    charge_date,
    sum((payload ->> '$.data.monthly_saving')::DECIMAL(38, 18))::DOUBLE
        AS cost_saving_predicted
FROM days
WHERE (payload ->> '$.data.monthly_saving') IS NOT NULL
GROUP BY ALL
