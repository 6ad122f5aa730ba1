-- A quantity times a price: exact where the product has at most eighteen decimals.
--
-- params: quantity, price
--
-- The product of two numbers of 18 decimals has no exact type. Most quantities have up
-- to eight decimals and most prices up to ten; others are multiplied as doubles.
SELECT
    CASE
        WHEN
            try_cast($quantity AS DECIMAL(18, 8)) = $quantity
            AND try_cast($price AS DECIMAL(20, 10)) = $price
            THEN (
                try_cast($quantity AS DECIMAL(18, 8))
                * try_cast($price AS DECIMAL(20, 10))
            )::DECIMAL(38, 18)
        ELSE try_cast($quantity::DOUBLE * $price::DOUBLE AS DECIMAL(38, 18))
    END
