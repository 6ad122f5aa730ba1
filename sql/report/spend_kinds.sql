-- What each kind of charge came to in the newest days of each currency.
--
-- grain:  billing_currency, charge_kind
-- reads:  series.daily_cost
-- params: days
--
-- The newest day is that of the newest usage, as the report's headline has it: fees may
-- be dated to days still to come.
WITH summed AS (
    SELECT
        billing_currency,
        charge_date,
        charge_kind,
        sum(effective_cost) AS effective_cost,
        sum(billed_cost) AS billed_cost
    FROM series.daily_cost
    GROUP BY ALL
),

newest AS (
    SELECT
        billing_currency,
        coalesce(
            max(charge_date) FILTER (charge_kind = 'usage'), max(charge_date)
        ) AS last_date
    FROM summed
    GROUP BY ALL
)

SELECT
    summed.billing_currency,
    summed.charge_kind,
    sum(summed.effective_cost) AS effective_cost,
    sum(summed.billed_cost) AS billed_cost
FROM summed
INNER JOIN newest ON summed.billing_currency = newest.billing_currency
WHERE
    summed.charge_date > newest.last_date - $days::INTEGER
    AND summed.charge_date <= newest.last_date
GROUP BY ALL
ORDER BY ALL
