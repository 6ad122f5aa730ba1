-- How far a cost is from price times quantity: -1 below, 1 above, 0 close enough.
--
-- params: cost, price, quantity, charges
--
-- In floating point, because the product of two exact numbers of 18 decimals has no
-- type; a ten-thousandth off is rounding, and so is a millionth for each charge.
SELECT
    sign($cost::DOUBLE - try_cast($price AS DOUBLE) * $quantity::DOUBLE)::INTEGER
    * (
        abs($cost::DOUBLE - try_cast($price AS DOUBLE) * $quantity::DOUBLE)
        > 0.000001::DOUBLE * $charges + 0.0001::DOUBLE * abs($cost::DOUBLE)
    )::INTEGER
