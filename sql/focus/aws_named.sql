-- The AWS products whose names are known, as two lists in the same order.
--
-- grain:  one row
-- reads:  bills.product_names
-- params: -
SELECT
    coalesce(list(product_code ORDER BY product_code), []) AS product_codes,
    coalesce(list(product_name ORDER BY product_code), []) AS product_names
FROM bills.product_names
WHERE provider = 'AWS'
