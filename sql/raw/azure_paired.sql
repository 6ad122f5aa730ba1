-- The lines of an actual and an amortised export, each once, with both of its costs.
--
-- grain:  line of either export
-- reads:  the lines that $actual and $amortised name
-- params: actual, amortised, actual_export, amortised_export
--
-- Lines have no id. Two are the same if everything agrees that does not depend on the
-- kind of cost or on the hour of the export; of several such lines the first goes with
-- the first, in the order of their quantities. A line that has no counterpart stays
-- alone, so each export's own total stays what it is.
--
-- Only keys are sorted and kept in memory; the lines themselves pass by once.
WITH keys AS (
    SELECT
        'actual' AS half,
        *
    FROM query_table($actual)
    UNION ALL BY NAME
    SELECT
        'amortised' AS half,
        *
    FROM query_table($amortised)
),

numbered AS (
    SELECT
        half,
        filename,
        file_row_number,
        Quantity,
        CostInBillingCurrency,
        hash(
            Date, BillingCurrency, SubscriptionId, lower(ResourceId), MeterId,
            MeterCategory, ProductName, ResourceLocation, lower(ChargeType),
            PricingModel, lower(BenefitId), lower(ReservationId), PublisherType,
            PublisherName, Tags, AdditionalInfo, CostCenter, InvoiceSectionId,
            CostAllocationRuleName
        ) AS line
    FROM keys
),

ordered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY half, line ORDER BY Quantity, CostInBillingCurrency
        ) AS nth
    FROM numbered
),

pairs AS (
    SELECT
        amortised.filename,
        amortised.file_row_number,
        actual.filename AS actual_file,
        actual.file_row_number AS actual_row,
        actual.CostInBillingCurrency AS ActualCost,
        actual.Quantity AS ActualQuantity
    FROM ordered AS amortised
    INNER JOIN ordered AS actual
        ON amortised.line = actual.line AND amortised.nth = actual.nth
    WHERE amortised.half = 'amortised' AND actual.half = 'actual'
),

paired AS (
    SELECT
        lines.*,
        pairs.ActualCost,
        pairs.ActualQuantity,
        lines.CostInBillingCurrency AS AmortisedCost
    FROM query_table($amortised) AS lines
    LEFT JOIN pairs
        ON
            lines.filename = pairs.filename
            AND lines.file_row_number = pairs.file_row_number
    UNION ALL BY NAME
    SELECT
        lines.*,
        lines.CostInBillingCurrency AS ActualCost,
        lines.Quantity AS ActualQuantity
    FROM query_table($actual) AS lines
    ANTI JOIN pairs
        ON
            lines.filename = pairs.actual_file
            AND lines.file_row_number = pairs.actual_row
)

SELECT
    * EXCLUDE (filename, file_row_number, CostInBillingCurrency),
    nullif($actual_export, '') AS ActualExport,
    nullif($amortised_export, '') AS AmortisedExport
FROM paired
