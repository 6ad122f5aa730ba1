-- Which promises the bills that count now keep, by the newest run of each check.
--
-- grain:  name
-- reads:  bills.versions, ops.checks
-- params: -
WITH newest AS (
    SELECT
        name,
        subject,
        severity,
        row_count
    FROM ops.checks
    WHERE
        subject = ''
        OR subject IN (
            SELECT versions.bill_id
            FROM bills.versions AS versions
            WHERE versions.status = 'current'
        )
    QUALIFY row_number() OVER (
        PARTITION BY name, subject ORDER BY checked_at DESC
    ) = 1
)

SELECT
    name,
    any_value(severity) AS severity,
    count(*) AS checked,
    count(*) FILTER (row_count > 0) AS broken,
    sum(row_count)::BIGINT AS row_count
FROM newest
GROUP BY name
ORDER BY name
