-- Pairs of versions of which the other one counts while both are known.
--
-- grain:  bill_id, other_id
-- reads:  bills.comparisons, bills.versions
-- params: prefer
--
-- Of two that tell the same costs, the one with more sub-accounts or days counts, else
-- the one that is named first in prefer: by its source, its format, or its kind. One of
-- Azure's two costs never counts for both.
WITH ranked AS (
    SELECT
        bill_id,
        source_format,
        source_format IN ('azure_actual', 'azure_amortised') AS is_half,
        if(
            source_format IN ('focus', 'gcp_focus'), 'focus', 'native'
        ) AS kind,
        {
            'position': coalesce(
                least(
                    nullif(list_position($prefer, source), 0),
                    nullif(list_position($prefer, source_format), 0),
                    nullif(list_position($prefer, kind), 0)
                ),
                len($prefer) + 1
            ),
            'source_format': source_format,
            'source': source
        } AS place
    FROM bills.versions
)

SELECT
    pair.bill_id,
    pair.other_id
FROM bills.comparisons AS pair
INNER JOIN bills.comparisons AS turned
    ON pair.bill_id = turned.other_id AND pair.other_id = turned.bill_id
INNER JOIN ranked AS one ON pair.bill_id = one.bill_id
INNER JOIN ranked AS other ON pair.other_id = other.bill_id
WHERE
    len($prefer) > 0
    AND pair.is_within
    AND pair.is_alike
    AND (NOT other.is_half OR one.source_format = other.source_format)
    AND (
        NOT turned.is_within
        OR (one.is_half AND one.source_format <> other.source_format)
        OR other.place < one.place
    )
