-- The parts of series behind the anomalies of tags that are not explained yet, summed.
--
-- grain:  anomaly_id, service, region, sub_account
-- reads:  compared_days, series.daily_tag_cost_as_of
-- params: as_of
--
-- compared_days is a temporary table, filled by findings/compared_days. The lines of a
-- bill are not read, so no resource is named.
SELECT
    compared.anomaly_id,
    costs.service_name AS service,
    costs.region_id AS region,
    costs.sub_account_id AS sub_account,
    sum(costs.effective_cost * compared.now_times) AS actual_cost,
    sum(costs.effective_cost * compared.then_times) AS earlier_cost
FROM compared_days AS compared
INNER JOIN series.daily_tag_cost_as_of($as_of::TIMESTAMPTZ) AS costs
    ON
        compared.charge_date = costs.charge_date
        AND compared.provider IS NOT DISTINCT FROM costs.provider
        AND compared.billing_account_id IS NOT DISTINCT FROM costs.billing_account_id
        AND compared.billing_currency = costs.billing_currency
        AND compared.charge_kind = costs.charge_kind
        AND compared.tag_key = costs.tag_key
        AND compared.tag_value IS NOT DISTINCT FROM costs.tag_value
        AND (
            compared.any_sub_account_id
            OR compared.sub_account_id IS NOT DISTINCT FROM costs.sub_account_id
        )
        AND (
            compared.any_service_name
            OR compared.service_name IS NOT DISTINCT FROM costs.service_name
        )
        AND (
            compared.any_region_id
            OR compared.region_id IS NOT DISTINCT FROM costs.region_id
        )
GROUP BY 1, 2, 3, 4
