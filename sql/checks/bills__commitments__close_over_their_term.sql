-- What was paid for a commitment is what was used of it or shown as unused, once over.
--
-- severity: warn
-- grain:  commitment_id, billing_currency
-- reads:  bills.commitments, bills.versions
-- params: -
--
-- Over all months loaded. What is paid by the month closes with the month. What is paid
-- upfront closes when its year or years are over, or when a later month does not name
-- it any more; until then it says nothing. Of a payment made before the first month
-- only the shares are seen, so more may have been used than was paid.
WITH known AS (
    SELECT
        versions.source,
        versions.billing_account_id,
        commitments.*,
        max(last_day(strptime(versions.billing_period, '%Y-%m'))) OVER (
            PARTITION BY versions.source, versions.billing_account_id
        ) AS loaded_to
    FROM bills.commitments AS commitments
    INNER JOIN bills.versions AS versions
        ON commitments.bill_id = versions.bill_id
    WHERE versions.status = 'current'
),

summed AS (
    SELECT
        source,
        billing_account_id,
        commitment_id,
        billing_currency,
        sum(purchased_cost) AS paid,
        sum(used_cost) AS used,
        sum(unused_cost) AS unused,
        bool_or(is_upfront) AS is_upfront,
        coalesce(min(purchase_from) FILTER (WHERE is_upfront), min(purchase_from))
            AS purchase_from,
        coalesce(max(purchase_to) FILTER (WHERE is_upfront), max(purchase_to))
            AS purchase_to,
        min(usage_from) AS usage_from,
        max(usage_to) AS usage_to,
        max(loaded_to) AS loaded_to
    FROM known
    GROUP BY ALL
)

SELECT
    source,
    billing_account_id,
    commitment_id,
    billing_currency,
    paid,
    used,
    unused,
    used + unused - paid AS difference
FROM summed
WHERE
    purchase_from IS NOT NULL
    AND (
        (NOT is_upfront AND purchase_to <= loaded_to)
        OR (
            is_upfront
            AND (
                (purchase_to <= loaded_to AND purchase_to > purchase_from + 300)
                OR usage_to < date_trunc('month', loaded_to)
            )
        )
    )
    AND (
        difference < -0.01
        OR (difference > 0.01 AND is_upfront AND usage_from >= purchase_from)
    )
ORDER BY ALL
