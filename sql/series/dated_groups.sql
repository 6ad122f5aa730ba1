-- Groups of charges, each once for every day that it is spread over.
--
-- grain:  group, day_number
-- reads:  bills.versions, the groups that $groups names
-- params: groups
--
-- Usage of several days, such as the unused part of a reservation, is spread evenly
-- over its days up to the one on which the bill became known; the last day takes the
-- remainder, so that nothing is lost to rounding. Everything else that spans days, a
-- monthly fee or a tax, stays on its first day: its kind keeps it out of usage series.
-- A day that cannot be true is replaced by one of the bill's month.
WITH known AS (
    SELECT
        groups.*,
        versions.billing_period,
        (coalesce(versions.known_at, versions.loaded_at) AT TIME ZONE 'UTC')::DATE
            AS known_date
    FROM query_table($groups) AS groups
    INNER JOIN bills.versions AS versions ON groups.bill_id = versions.bill_id
),

spans AS (
    SELECT
        * REPLACE (
            credible_date(first_date, known_date, billing_period) AS first_date
        ),
        if(
            charge_category = 'Usage'
            AND first_date = credible_date(first_date, known_date, billing_period),
            greatest(first_date, least(last_date, known_date)), first_date
        ) - first_date + 1 AS days
    FROM known
),

dated AS (
    SELECT
        *,
        unnest(range(days)) AS day_number
    FROM spans
)

SELECT
    *,
    first_date + day_number::INTEGER AS charge_date
FROM dated
