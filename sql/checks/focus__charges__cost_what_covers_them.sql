-- Usage that a commitment covers has an effective cost.
--
-- severity: warn
-- grain:  bill_id, line_type, billing_currency
-- reads:  bills.versions, charge_groups
-- params: -
--
-- An AWS report for which the columns of reservations or savings plans were not chosen
-- says what was covered, but not what that cost: the effective cost of the bill is too
-- low by it. The cost at list price is the most that it can be. Google's own export
-- counts the fee where it is paid, so nothing is missing there.
WITH covered AS (
    SELECT
        groups.bill_id,
        groups.billing_currency,
        groups.effective_cost,
        groups.list_cost,
        groups.charges,
        CASE
            WHEN groups.is_plan_covered THEN 'SavingsPlanCoveredUsage'
            WHEN versions.source_format IN ('aws_cur2', 'aws_legacy_cur')
                THEN 'DiscountedUsage'
            ELSE 'Used'
        END AS line_type
    FROM charge_groups AS groups
    INNER JOIN bills.versions AS versions ON groups.bill_id = versions.bill_id
    WHERE
        groups.commitment_status = 'Used'
        AND NOT starts_with(versions.source_format, 'gcp_')
)

SELECT
    bill_id,
    line_type,
    billing_currency,
    sum(charges)::BIGINT AS charges,
    sum(list_cost) AS list_cost_at_stake
FROM covered
GROUP BY ALL
HAVING sum(effective_cost) = 0
ORDER BY ALL
