-- The bucket of an arrival curve, by the hours since a day's end: its lower end.
--
-- params: x
SELECT
    list_max(
        list_filter(
            [
                -24, -12, -6, 0, 3, 6, 9, 12, 18, 24, 30, 36, 48, 60, 72, 96, 120,
                168, 240, 336, 504, 720
            ],
            LAMBDA edge: edge <= $x
        )
    )
