-- One day's share of an amount that covers several days.
--
-- params: amount, days, day_number
--
-- Days are numbered from 0. All get the same rounded share; the last gets what remains,
-- so that the shares always sum to the amount.
SELECT
    CASE
        WHEN $days = 1 THEN $amount
        WHEN $day_number < $days - 1
            THEN ($amount::DOUBLE / $days)::DECIMAL(28, 10)::DECIMAL(38, 18)
        ELSE
            $amount - ($days - 1)
            * ($amount::DOUBLE / $days)::DECIMAL(28, 10)::DECIMAL(38, 18)
    END
