-- Rules of FOCUS that charges of the bills that count now break.
--
-- grain:  source, provider, rule
-- reads:  bills.versions, ops.audited_bills, ops.broken_rules
-- params: -
WITH counted AS (
    SELECT
        versions.source,
        versions.provider,
        sum(audited.charges)::BIGINT AS of_charges
    FROM bills.versions AS versions
    INNER JOIN ops.audited_bills AS audited ON versions.bill_id = audited.bill_id
    WHERE versions.status = 'current'
    GROUP BY ALL
)

SELECT
    broken.rule,
    versions.source,
    versions.provider,
    count(DISTINCT versions.bill_id) AS bills,
    sum(broken.charges)::BIGINT AS charges,
    any_value(counted.of_charges) AS of_charges,
    max_by(broken.service_name, broken.charges) AS mostly_in
FROM ops.broken_rules AS broken
INNER JOIN bills.versions AS versions ON broken.bill_id = versions.bill_id
INNER JOIN counted
    ON
        versions.source = counted.source
        AND versions.provider IS NOT DISTINCT FROM counted.provider
WHERE versions.status = 'current'
GROUP BY ALL
ORDER BY charges DESC, broken.rule ASC, versions.source ASC
