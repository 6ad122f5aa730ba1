-- The exact sum of amounts of money, whatever type the export gave them.
--
-- params: x
--
-- The same rounding as money(), which costs less before a sum than after it.
SELECT
    CASE typeof(min($x))
        WHEN 'DOUBLE'
            THEN
                sum(if(
                    abs($x::DOUBLE) < 100000,
                    $x::DECIMAL(28, 10), $x::VARCHAR::DECIMAL(28, 10)
                ))::DECIMAL(38, 18)
        WHEN 'FLOAT' THEN sum($x::DECIMAL(28, 10))::DECIMAL(38, 18)
        ELSE sum(money($x))
    END
