-- A quantity times a price: exact where the product has at most eighteen decimals.
--
-- params: quantity, price
--
-- The product of two numbers of 18 decimals has no exact type. Most quantities have up
-- to eight decimals and most prices up to ten; others are multiplied as doubles.
-- DuckDB takes decimals of 128 bits away one bit at a time, some 3 microseconds for
-- each number, but makes 64 bits of a double at once: so what the double says is asked
-- first whether it is the number itself.
SELECT
    CASE
        WHEN
            try_cast($quantity::DOUBLE AS DECIMAL(18, 8)) = $quantity
            AND try_cast($price::DOUBLE AS DECIMAL(18, 10)) = $price
            THEN (
                try_cast($quantity::DOUBLE AS DECIMAL(18, 8))
                * try_cast($price::DOUBLE AS DECIMAL(18, 10))
            )::DECIMAL(38, 18)
        WHEN
            try_cast($quantity AS DECIMAL(18, 8)) = $quantity
            AND try_cast($price AS DECIMAL(20, 10)) = $price
            THEN (
                try_cast($quantity AS DECIMAL(18, 8))
                * try_cast($price AS DECIMAL(20, 10))
            )::DECIMAL(38, 18)
        ELSE try_cast($quantity::DOUBLE * $price::DOUBLE AS DECIMAL(38, 18))
    END
