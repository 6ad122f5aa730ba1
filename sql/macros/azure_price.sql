-- An Azure price in the billing currency; null where Azure has none and writes zero.
--
-- params: price, rate
--
-- Prices are in the pricing currency, and only customer agreements have two currencies.
SELECT
    if(
        coalesce($rate, 1) IN (0, 1), nullif($price, 0),
        times(nullif($price, 0), $rate)
    )
