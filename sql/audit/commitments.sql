-- What each commitment cost and what was used of it, in the bills being audited.
--
-- grain:  bill_id, commitment_id, billing_currency
-- reads:  audited_groups
-- params: -
--
-- Where something is paid upfront, the days of that payment are told, not those of the
-- monthly fees beside it: only they may say how long the commitment lasts.
--
-- A fee that counts where it is paid, as Google's does, is not used a second time.
SELECT
    bill_id,
    commitment_id,
    billing_currency,
    coalesce(sum(billed_cost - effective_cost) FILTER (
        WHERE charge_category = 'Purchase'
    ), 0) AS purchased_cost,
    coalesce(sum(effective_cost) FILTER (
        WHERE charge_category = 'Usage' AND commitment_status = 'Used'
    ), 0) AS used_cost,
    coalesce(sum(effective_cost) FILTER (
        WHERE charge_category = 'Usage' AND commitment_status = 'Unused'
    ), 0) AS unused_cost,
    coalesce(bool_or(charge_frequency <> 'Recurring') FILTER (
        WHERE charge_category = 'Purchase'
    ), FALSE) AS is_upfront,
    coalesce(
        min(first_date) FILTER (
            WHERE charge_category = 'Purchase' AND charge_frequency <> 'Recurring'
        ),
        min(first_date) FILTER (WHERE charge_category = 'Purchase')
    ) AS purchase_from,
    coalesce(
        max(last_date) FILTER (
            WHERE charge_category = 'Purchase' AND charge_frequency <> 'Recurring'
        ),
        max(last_date) FILTER (WHERE charge_category = 'Purchase')
    ) AS purchase_to,
    min(first_date) FILTER (WHERE charge_category = 'Usage') AS usage_from,
    max(last_date) FILTER (WHERE charge_category = 'Usage') AS usage_to,
    sum(charges)::BIGINT AS charges
FROM audited_groups
WHERE commitment_id IS NOT NULL
GROUP BY ALL
