-- Bill versions whose daily series has not been written yet, oldest knowledge first.
--
-- grain:  bill_id
-- reads:  bills.versions, series.aggregated_bills
-- params: -
SELECT
    versions.bill_id,
    coalesce(versions.row_count, 0) AS row_count
FROM bills.versions AS versions
ANTI JOIN series.aggregated_bills AS aggregated
    ON versions.bill_id = aggregated.bill_id
WHERE versions.status <> 'quarantined' AND versions.pruned_at IS NULL
ORDER BY coalesce(versions.known_at, versions.loaded_at), versions.bill_id
