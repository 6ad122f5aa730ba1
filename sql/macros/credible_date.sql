-- The day that a charge counts on: its own, or one of its bill's month where its own
-- cannot be true.
--
-- params: first_date, known_date, billing_period
--
-- Nobody bills today what begins in years. Such a date would be the newest day of all
-- bills, and every later one would have to wait for it. Three days after the month and
-- after the bill became known are for time zones and for fees paid ahead.
SELECT
    CASE
        WHEN
            $first_date
            > greatest($known_date, last_day(($billing_period || '-01')::DATE)) + 3
            THEN
                least(
                    greatest($known_date, ($billing_period || '-01')::DATE),
                    last_day(($billing_period || '-01')::DATE)
                )
        ELSE $first_date
    END
