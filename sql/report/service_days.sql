-- What each service cost on each recent day, the dearest of a currency by name.
--
-- grain:  billing_currency, charge_date, service_name
-- reads:  series.daily_cost
-- params: days, monthly, top
--
-- The services beyond the first $top are summed under a null name, so that the rows
-- of a day always add up to all that the day cost. Charges that come once a month
-- whatever a service did are summed under the name $monthly. Days are summed by service
-- before anything else is asked: what is asked twice, or joined, is held in memory.
WITH summed AS (
    SELECT
        billing_currency,
        charge_date,
        CASE
            WHEN charge_kind IN ('tax', 'support', 'fee', 'credit', 'refund')
                THEN $monthly
            ELSE coalesce(service_name, '(no service named)')
        END AS service_name,
        bool_or(charge_kind = 'usage') AS has_usage,
        sum(effective_cost) AS effective_cost
    FROM series.daily_cost
    GROUP BY ALL
),

newest AS (
    SELECT
        billing_currency,
        coalesce(
            max(charge_date) FILTER (has_usage), max(charge_date)
        ) AS last_date
    FROM summed
    GROUP BY ALL
),

daily AS (
    SELECT summed.*
    FROM summed
    INNER JOIN newest ON summed.billing_currency = newest.billing_currency
    WHERE summed.charge_date > newest.last_date - $days::INTEGER
),

totals AS (
    SELECT
        billing_currency,
        service_name,
        sum(effective_cost) AS effective_cost
    FROM daily
    GROUP BY ALL
),

ranked AS (
    SELECT
        billing_currency,
        service_name,
        row_number() OVER (
            PARTITION BY billing_currency
            ORDER BY
                service_name = $monthly ASC,
                abs(effective_cost) DESC,
                service_name ASC
        ) <= $top OR service_name = $monthly AS is_named
    FROM totals
)

SELECT
    daily.billing_currency,
    daily.charge_date,
    CASE WHEN ranked.is_named THEN daily.service_name END AS service_name,
    bool_or(daily.has_usage) AS has_usage,
    sum(daily.effective_cost) AS effective_cost
FROM daily
INNER JOIN ranked
    ON
        daily.billing_currency = ranked.billing_currency
        AND daily.service_name = ranked.service_name
GROUP BY ALL
ORDER BY ALL NULLS LAST
