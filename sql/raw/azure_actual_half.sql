-- The lines of the actual export in a bill of the lake, as they came.
--
-- grain:  export line
-- reads:  nothing but the files
-- params: files
SELECT
    * EXCLUDE (
        ActualCost, ActualQuantity, AmortisedCost, ActualExport, AmortisedExport
    ) REPLACE (ActualQuantity AS Quantity),
    ActualCost AS CostInBillingCurrency
FROM
    read_parquet(
        $files, union_by_name = TRUE, filename = TRUE, file_row_number = TRUE
    )
WHERE ActualCost IS NOT NULL
