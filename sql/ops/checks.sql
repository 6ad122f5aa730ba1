-- What each check last found about the bills that count now.
--
-- grain:  name, subject
-- reads:  bills.versions, ops.checks
-- params:
--
-- A check that is not about one bill has an empty subject; so has a row that says that
-- a check found nothing. The former is replaced by the next run, the latter adds
-- nothing to a finding.
WITH newest AS (
    SELECT
        name,
        subject,
        severity,
        row_count,
        sample,
        checked_at
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
    severity,
    subject,
    row_count,
    sample,
    checked_at
FROM newest
ORDER BY row_count DESC, severity ASC, name ASC, subject ASC
