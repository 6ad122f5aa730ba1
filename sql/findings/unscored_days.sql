-- Days of each billing account that detection has not judged yet.
--
-- grain:  provider, billing_account_id, charge_date
-- reads:  findings.scored_days
-- params: as_of, first, last
--
-- Reads the table macro series.daily_cost_as_of; the run's own time is its as_of.
SELECT
    costs.provider,
    costs.billing_account_id,
    $as_of::TIMESTAMPTZ AS scored_at,
    costs.charge_date
FROM series.daily_cost_as_of($as_of::TIMESTAMPTZ) AS costs
ANTI JOIN findings.scored_days AS seen
    ON
        costs.provider IS NOT DISTINCT FROM seen.provider
        AND costs.billing_account_id IS NOT DISTINCT FROM seen.billing_account_id
        AND costs.charge_date = seen.charge_date
WHERE costs.charge_date BETWEEN $first AND $last
GROUP BY ALL
