-- Bills of which another version counts now than the one that was judged last.
--
-- grain:  source, billing_account_id, billing_period
-- reads:  bills.versions_as_of, findings.judged_bills, series.daily_cost_versions
-- params: as_of
--
-- The days are those of both versions: what was taken back has to be judged again too.
WITH known AS (
    SELECT
        source,
        billing_account_id,
        billing_period,
        bill_id
    FROM bills.versions_as_of($as_of)
    WHERE is_counted
),

changed AS (
    SELECT
        coalesce(known.source, judged.source) AS source,
        coalesce(known.billing_account_id, judged.billing_account_id)
            AS billing_account_id,
        coalesce(known.billing_period, judged.billing_period) AS billing_period,
        known.bill_id,
        judged.bill_id AS judged_bill_id
    FROM known
    FULL JOIN findings.judged_bills AS judged
        ON
            known.source = judged.source
            AND known.billing_account_id
            IS NOT DISTINCT FROM judged.billing_account_id
            AND known.billing_period = judged.billing_period
    WHERE known.bill_id IS DISTINCT FROM judged.bill_id
),

-- Either version by itself: days are looked up by equality, not compared with each.
versions AS (
    SELECT
        *,
        unnest([bill_id, judged_bill_id]) AS told_by
    FROM changed
)

SELECT
    versions.source,
    versions.billing_account_id,
    versions.billing_period,
    versions.bill_id,
    $as_of::TIMESTAMPTZ AS judged_at,
    min(days.charge_date) AS first_date,
    max(days.charge_date) AS last_date
FROM versions
INNER JOIN series.daily_cost_versions AS days ON versions.told_by = days.bill_id
GROUP BY ALL
