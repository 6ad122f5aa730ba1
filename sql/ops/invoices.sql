-- Invoices beside what the bills that count ask for under the same number.
--
-- grain:  invoice_id, charge_category, billing_currency
-- reads:  bills.invoices, bills.invoice_totals, bills.versions
-- params: -
--
-- By category where the invoice tells it. An invoice is printed in few decimals and a
-- bill in many: they are equal where they differ by no more than the rounding of each
-- printed line. Numbers that only bills have are told for the months of the invoices.
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

billed AS (
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
            WHEN abs(difference) <= stated.rounding THEN 'equal'
            ELSE 'differs'
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
