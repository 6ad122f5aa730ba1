-- Whether an amount of money is negative (-1), zero or positive (1); null if none.
--
-- params: x
--
-- Of what money() makes of it, so that an amount too small to count is zero.
SELECT
    CASE typeof($x)
        WHEN 'DOUBLE' THEN sign(round($x::DOUBLE * 10000000000))
        WHEN 'FLOAT' THEN sign(round($x::DOUBLE * 10000000000))
        ELSE sign(money($x))
    END::TINYINT
