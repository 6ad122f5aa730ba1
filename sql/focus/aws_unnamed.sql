-- Product codes in some sums of AWS report lines whose names are not known yet.
--
-- grain:  file, product code
-- reads:  bills.product_names
-- params: sums
SELECT DISTINCT
    sums.filename,
    sums.line_item_product_code AS product_code
FROM read_parquet($sums, union_by_name = TRUE, filename = TRUE) AS sums
ANTI JOIN bills.product_names AS names
    ON sums.line_item_product_code = names.product_code AND names.provider = 'AWS'
WHERE sums.line_item_product_code IS NOT NULL
