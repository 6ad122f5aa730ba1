-- Invoices beside what the bills that count ask for under the same number.
--
-- grain:  invoice_id, charge_category, billing_currency
-- reads:  bills.invoices, bills.invoice_totals, bills.versions
-- params: -
--
-- By category where the invoice tells it. An invoice is printed in few decimals and a
-- bill in many: they are equal where they differ by no more than the rounding of each
-- printed line. Numbers that only bills have are told for the months of the invoices.
--
-- Google, Oracle and Azure's enterprise exports name no invoice. A number that no bill
-- has is therefore held against the whole bills without numbers of its month: the one
-- that there is, or else the only one that is equal.
WITH stated AS (
    SELECT
        invoice_id,
        coalesce(charge_category, '') AS charge_category,
        billing_currency,
        min(billing_period) AS billing_period,
        sum(amount) AS invoiced,
        sum((0.5 * 10.0::DOUBLE ** -decimals)::DECIMAL(38, 18)) AS rounding
    FROM bills.invoices
    GROUP BY ALL
),

told_by_category AS (
    SELECT DISTINCT
        invoice_id,
        billing_currency
    FROM stated
    WHERE charge_category <> ''
),

numbered AS (
    SELECT
        totals.invoice_id,
        totals.billing_currency,
        if(by_category.invoice_id IS NULL, '', totals.charge_category)
            AS charge_category,
        min(versions.billing_period) AS billing_period,
        sum(totals.billed_cost) AS billed
    FROM bills.invoice_totals AS totals
    INNER JOIN bills.versions AS versions ON totals.bill_id = versions.bill_id
    LEFT JOIN told_by_category AS by_category
        ON
            totals.invoice_id = by_category.invoice_id
            AND totals.billing_currency = by_category.billing_currency
    WHERE versions.status = 'current' AND totals.invoice_id <> ''
    GROUP BY ALL
),

unnumbered AS (
    SELECT
        versions.source,
        versions.billing_account_id,
        versions.billing_period,
        totals.billing_currency,
        totals.charge_category,
        sum(totals.billed_cost) AS billed
    FROM bills.invoice_totals AS totals
    INNER JOIN bills.versions AS versions ON totals.bill_id = versions.bill_id
    WHERE versions.status = 'current'
    GROUP BY ALL
    HAVING bool_and(
        totals.bill_id NOT IN (
            SELECT told.bill_id FROM bills.invoice_totals AS told
            WHERE told.invoice_id <> ''
        )
    )
),

lonely AS (
    SELECT
        stated.invoice_id,
        stated.billing_currency,
        min(stated.billing_period) AS billing_period,
        sum(stated.invoiced) AS invoiced,
        sum(stated.rounding) AS rounding
    FROM stated
    ANTI JOIN numbered
        ON
            stated.invoice_id = numbered.invoice_id
            AND stated.billing_currency = numbered.billing_currency
    GROUP BY ALL
),

wholes AS (
    SELECT
        * EXCLUDE (charge_category, billed),
        sum(billed) AS billed
    FROM unnumbered
    GROUP BY ALL
),

pairs AS (
    SELECT
        lonely.invoice_id,
        wholes.source,
        wholes.billing_account_id,
        lonely.billing_period,
        lonely.billing_currency,
        abs(wholes.billed - lonely.invoiced) <= lonely.rounding AS is_equal,
        count(*) OVER month = 1 AS is_only
    FROM lonely
    INNER JOIN wholes
        ON
            lonely.billing_period = wholes.billing_period
            AND lonely.billing_currency = wholes.billing_currency
    WINDOW month AS (PARTITION BY lonely.billing_period, lonely.billing_currency)
),

matched AS (
    SELECT *
    FROM pairs
    WHERE is_only OR is_equal
    QUALIFY
        count(*) OVER (PARTITION BY invoice_id, billing_currency) = 1
        AND count(*) OVER (
            PARTITION BY source, billing_account_id, billing_period, billing_currency
        ) = 1
),

by_month AS (
    SELECT
        matched.invoice_id,
        matched.billing_currency,
        if(by_category.invoice_id IS NULL, '', unnumbered.charge_category)
            AS charge_category,
        matched.billing_period,
        sum(unnumbered.billed) AS billed
    FROM matched
    INNER JOIN unnumbered
        ON
            matched.source = unnumbered.source
            AND matched.billing_account_id
            IS NOT DISTINCT FROM unnumbered.billing_account_id
            AND matched.billing_period = unnumbered.billing_period
            AND matched.billing_currency = unnumbered.billing_currency
    LEFT JOIN told_by_category AS by_category
        ON
            matched.invoice_id = by_category.invoice_id
            AND matched.billing_currency = by_category.billing_currency
    GROUP BY ALL
),

billed AS (
    SELECT
        *,
        '' AS how
    FROM numbered
    UNION ALL BY NAME
    SELECT
        *,
        ' by month' AS how
    FROM by_month
),

compared AS (
    SELECT
        coalesce(stated.billing_period, billed.billing_period) AS billing_period,
        coalesce(stated.invoice_id, billed.invoice_id) AS invoice_id,
        coalesce(stated.charge_category, billed.charge_category) AS charge_category,
        coalesce(stated.billing_currency, billed.billing_currency)
            AS billing_currency,
        stated.invoiced,
        billed.billed,
        billed.billed - stated.invoiced AS difference,
        CASE
            WHEN billed.billed IS NULL THEN 'not in the bills'
            WHEN stated.invoiced IS NULL THEN 'no invoice'
            WHEN abs(difference) <= stated.rounding THEN 'equal' || billed.how
            ELSE 'differs' || billed.how
        END AS verdict
    FROM stated
    FULL JOIN billed
        ON
            stated.invoice_id = billed.invoice_id
            AND stated.charge_category = billed.charge_category
            AND stated.billing_currency = billed.billing_currency
)

SELECT
    billing_period,
    invoice_id,
    nullif(charge_category, '') AS charge_category,
    billing_currency,
    invoiced,
    billed,
    difference,
    verdict
FROM compared
WHERE
    verdict <> 'no invoice'
    OR billing_period IN (SELECT stated.billing_period FROM stated)
ORDER BY billing_period, invoice_id, billing_currency, charge_category
