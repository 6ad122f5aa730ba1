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
WITH lines AS (
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

keyed AS (
    SELECT
        *,
        hash(
            Date, BillingCurrency, SubscriptionId, lower(ResourceId), MeterId,
            MeterCategory, ProductName, ResourceLocation, lower(ChargeType),
            PricingModel, lower(BenefitId), lower(ReservationId), PublisherType,
            PublisherName, Tags, AdditionalInfo, CostCenter, InvoiceSectionId,
            CostAllocationRuleName
        ) AS line
    FROM lines
),

numbered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY half, line ORDER BY Quantity, CostInBillingCurrency
        ) AS nth
    FROM keyed
),

actual AS (
    FROM numbered
    WHERE half = 'actual'
),

amortised AS (
    FROM numbered
    WHERE half = 'amortised'
),

paired AS (
    SELECT
        amortised.*,
        actual.CostInBillingCurrency AS ActualCost,
        actual.Quantity AS ActualQuantity,
        amortised.CostInBillingCurrency AS AmortisedCost
    FROM amortised
    LEFT JOIN actual ON amortised.line = actual.line AND amortised.nth = actual.nth
    UNION ALL BY NAME
    SELECT
        actual.*,
        actual.CostInBillingCurrency AS ActualCost,
        actual.Quantity AS ActualQuantity
    FROM actual
    ANTI JOIN amortised ON actual.line = amortised.line AND actual.nth = amortised.nth
)

SELECT
    * EXCLUDE (half, line, nth, CostInBillingCurrency),
    nullif($actual_export, '') AS ActualExport,
    nullif($amortised_export, '') AS AmortisedExport
FROM paired
