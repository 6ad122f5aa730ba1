-- Lines of Azure bills as they stand in the lake, with what each of them costs.
--
-- grain:  line of the actual or the amortised export
-- reads:  raw.azure
-- params: files
--
-- What is used or wasted of a commitment is not billed, and what is paid for it is not
-- effective. An export that is known says so itself; where one is missing, this rule
-- does. A price may be for one unit or for a block of them, and Azure does not say
-- which: it is for the block unless the block's price falls short of the cost.
WITH exported AS NOT MATERIALIZED (
    FROM
        read_parquet(
            $files, union_by_name = TRUE,
            hive_partitioning = TRUE, hive_types_autocast = FALSE
        )
    UNION ALL BY NAME
    FROM raw.azure
),

typed AS (
    SELECT
        *,
        lower(replace(coalesce(known(ChargeType), 'Usage'), ' ', '')) AS charge_type,
        coalesce(known(BenefitId), known(ReservationId)) AS commitment_id,
        coalesce(
            regexp_matches(known(PricingModel), '(?i)reservation|savings *plan'),
            commitment_id IS NOT NULL
        ) AS is_committed,
        charge_type LIKE 'unused%' AS is_unused,
        charge_type = 'usage' AND is_committed AS is_covered,
        charge_type IN ('purchase', 'refund') AND is_committed AS is_commitment,
        azure_block_size(UnitOfMeasure) AS block,
        azure_price(UnitPrice, ExchangeRatePricingToBilling) AS unit_price,
        azure_price(PayGPrice, ExchangeRatePricingToBilling) AS public_price
    FROM exported
),

costs AS (
    SELECT
        *,
        CASE
            WHEN ActualExport IS NOT NULL THEN coalesce(ActualCost, 0)
            WHEN is_covered OR is_unused THEN 0
            ELSE AmortisedCost
        END::DECIMAL(38, 18) AS billed,
        CASE
            WHEN AmortisedExport IS NOT NULL THEN coalesce(AmortisedCost, 0)
            WHEN is_commitment THEN 0
            ELSE ActualCost
        END::DECIMAL(38, 18) AS effective,
        coalesce(nullif(effective, 0), billed) AS cost,
        if(
            block > 1,
            abs(Quantity::DOUBLE * unit_price::DOUBLE / block::DOUBLE)
            >= 0.999 * abs(cost::DOUBLE), FALSE
        ) AS is_by_block,
        if(is_by_block, times(Quantity, (1 / block)::DECIMAL(20, 10)), Quantity)
            AS priced_quantity
    FROM typed
)

SELECT
    *,
    charge_type = 'usage' AS is_usage,
    coalesce(if(is_usage, times(priced_quantity, unit_price), NULL), cost)
        AS contracted,
    coalesce(
        if(is_usage, nullif(PaygCostInBillingCurrency, 0), NULL),
        if(is_usage, times(priced_quantity, public_price), NULL), contracted
    ) AS listed,
    1::BIGINT AS x_ChargeCount
FROM costs
