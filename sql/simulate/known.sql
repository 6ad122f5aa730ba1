-- Usage lines that an export holds: what arrived in time, as it was known then.
--
-- grain:  line
-- reads:  simulated.usage, simulated.meters
-- params: known_day
--
-- AWS shows usage under a savings plan at its on-demand price and takes it back with a
-- second, negative line. For other formats the second line is left out.
WITH arrived AS (
    SELECT
        u.meter,
        u.day,
        u.price,
        u.effective_price,
        CASE
            WHEN u.corrected_day > $known_day THEN u.first_quantity
            ELSE u.quantity
        END AS quantity,
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
        quantity,
        'negation' AS line
    FROM arrived
    WHERE line = 'savings_plan'
)

SELECT
    meter,
    day,
    price,
    effective_price,
    quantity,
    line
FROM arrived
UNION ALL
SELECT
    meter,
    day,
    price,
    effective_price,
    quantity,
    line
FROM negated
