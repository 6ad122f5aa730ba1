-- Days of each billing account that detection has not judged yet.
--
-- grain:  provider, billing_account_id, charge_date
-- reads:  series.daily_cost_as_of, findings.scored_days
-- params: as_of, first, last
--
-- as_of is the run's own time.
WITH days AS (
    SELECT
        provider,
        billing_account_id,
        $as_of::TIMESTAMPTZ AS scored_at,
        charge_date
    FROM series.daily_cost_as_of($as_of::TIMESTAMPTZ)
    WHERE charge_date BETWEEN $first AND $last
    GROUP BY ALL
)

SELECT
    days.provider,
    days.billing_account_id,
    days.scored_at,
    days.charge_date
FROM days
ANTI JOIN findings.scored_days AS seen
    ON
        days.provider IS NOT DISTINCT FROM seen.provider
        AND days.billing_account_id IS NOT DISTINCT FROM seen.billing_account_id
        AND days.charge_date = seen.charge_date
