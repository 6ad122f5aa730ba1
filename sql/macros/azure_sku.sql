-- What is sold: the product of a customer agreement, else the meter; null if neither.
--
-- params: product, meter
--
-- Purchases without a meter have one of zeros.
SELECT
    coalesce(
        known($product), known(nullif(regexp_replace($meter, '^[0-]+$', ''), ''))
    )
