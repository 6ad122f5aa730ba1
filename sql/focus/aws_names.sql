-- What some products are called in lines of an AWS cost and usage report.
--
-- grain:  product code
-- reads:  the view of report lines that $lines names
-- params: lines, codes
SELECT
    'AWS' AS provider,
    line_item_product_code AS product_code,
    max(coalesce(known(product_product_name), known(pairs(product)['product_name'])))
        AS product_name
FROM query_table($lines)
WHERE line_item_product_code IN (SELECT unnest($codes))
GROUP BY ALL
HAVING product_name IS NOT NULL
