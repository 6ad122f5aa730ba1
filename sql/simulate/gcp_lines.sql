-- Usage lines of Google Cloud with their whole-number costs and corrections.
--
-- grain:  line × part of the day
-- reads:  simulated.known, simulated.slots, simulated.meters
-- params:
--
-- The export only ever grows: a correction is a negative line of its own, so the line
-- that it corrects stays.
WITH entries AS (
    SELECT
        *,
        FALSE AS is_correction
    FROM simulated.known
    UNION ALL
    SELECT
        *,
        TRUE AS is_correction
    FROM simulated.known
    WHERE taken_back <> 0
)

SELECT
    m.*,
    s.start_at,
    s.end_at,
    k.is_correction,
    k.is_covered,
    s.start_at + to_hours(24 * (k.known_day - k.day) + 5) AS export_time,
    CASE WHEN k.is_correction THEN -k.taken_back ELSE k.quantity + k.taken_back END
        AS billed_quantity,
    billed_quantity // m.hours
    + (s.part - m.opens < billed_quantity % m.hours)::BIGINT AS units,
    100 - m.discount_pct AS net_pct,
    units * k.price AS list_cost,
    list_cost * net_pct / 1e10 AS cost,
    units / m.quantity_scale AS quantity,
    k.price * m.price_unit AS list_price
FROM entries AS k
INNER JOIN simulated.slots AS s ON k.day = s.day
INNER JOIN simulated.meters AS m
    ON k.meter = m.meter AND s.part BETWEEN m.opens AND m.opens + m.hours - 1
