-- Usage lines that an export holds: what arrived in time, as it was known then.
--
-- grain:  line
-- reads:  simulated.usage
-- params: known_day
--
-- taken_back is what was billed too much before and is corrected by now.
WITH arrived AS (
    SELECT
        *,
        corrected_day > $known_day AS is_wrong
    FROM simulated.usage
    WHERE known_day <= $known_day
)

SELECT
    meter,
    day,
    price,
    effective_price,
    is_covered,
    known_day,
    CASE WHEN is_wrong THEN first_quantity ELSE quantity END AS quantity,
    CASE WHEN is_wrong THEN 0 ELSE first_quantity - quantity END AS taken_back
FROM arrived
