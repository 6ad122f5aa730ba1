-- Bill versions whose daily costs by some tags have not been written yet, oldest first.
--
-- grain:  bill_id
-- reads:  bills.versions, series.aggregated_bills, series.tagged_bills
-- params: keys
--
-- Versions whose lines were given up stay without.
WITH wanted AS (
    SELECT
        versions.bill_id,
        versions.row_count,
        coalesce(versions.known_at, versions.loaded_at) AS known_from,
        unnest($keys::VARCHAR[]) AS tag_key
    FROM bills.versions AS versions
    SEMI JOIN series.aggregated_bills AS aggregated
        ON versions.bill_id = aggregated.bill_id
    WHERE versions.status <> 'quarantined' AND versions.pruned_at IS NULL
)

SELECT
    wanted.bill_id,
    coalesce(any_value(wanted.row_count), 0) AS row_count
FROM wanted
ANTI JOIN series.tagged_bills AS tagged
    ON wanted.bill_id = tagged.bill_id AND wanted.tag_key = tagged.tag_key
GROUP BY wanted.bill_id
ORDER BY min(wanted.known_from), wanted.bill_id
