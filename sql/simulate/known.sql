-- Usage lines that an export holds: what arrived in time, as it was known then.
--
-- grain:  line
-- reads:  simulated.usage, simulated.meters
-- params: known_day
--
-- taken_back is what was billed too much before and is corrected by now.
--
-- AWS shows usage under a savings plan at its on-demand price and takes it back with a
-- second, negative line. For other formats the second line is left out.
WITH arrived AS (
    SELECT
        u.meter,
        u.day,
        u.price,
        u.effective_price,
        u.known_day,
        CASE
            WHEN u.corrected_day > $known_day THEN u.first_quantity
            ELSE u.quantity
        END AS quantity,
        u.first_quantity - CASE
            WHEN u.corrected_day > $known_day THEN u.first_quantity
            ELSE u.quantity
        END AS taken_back,
        CASE
            WHEN u.is_covered THEN m.commitment_kind
            ELSE 'usage'
        END AS line
    FROM simulated.usage AS u
    INNER JOIN simulated.meters AS m ON u.meter = m.meter
    WHERE u.known_day <= $known_day
),

negated AS (
    SELECT
        meter,
        day,
        price,
        effective_price,
        known_day,
        quantity,
        taken_back,
        'negation' AS line
    FROM arrived
    WHERE line = 'savings_plan'
)

SELECT
    meter,
    day,
    price,
    effective_price,
    known_day,
    quantity,
    taken_back,
    line
FROM arrived
UNION ALL
SELECT
    meter,
    day,
    price,
    effective_price,
    known_day,
    quantity,
    taken_back,
    line
FROM negated
