-- Anomalies that stand, the weightiest of each currency first.
--
-- grain:  anomaly_id
-- reads:  findings.anomalies
-- params:
--
-- The rank is taken within a currency: amounts of two currencies are not compared.
-- Of two equal ranks the currency with more anomalies comes first.
SELECT
    anomaly_id,
    severity,
    status,
    kind,
    concat_ws(
        ' / ', provider, sub_account_id, service_name, region_id, resource_id
    ) AS scope,
    first_date,
    last_date,
    billing_currency,
    impact,
    explanation
FROM findings.anomalies
WHERE status <> 'retracted'
ORDER BY
    row_number() OVER (
        PARTITION BY billing_currency ORDER BY abs(impact) DESC, anomaly_id ASC
    ) ASC,
    count(*) OVER (PARTITION BY billing_currency) DESC,
    billing_currency ASC
