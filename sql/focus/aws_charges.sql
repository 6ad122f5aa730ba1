-- AWS report lines with the category, cost and price of each charge.
--
-- grain:  charge
-- reads:  focus.aws_lines
-- params: lines
--
-- docs/methods/focus_mapping.md gives the reason of each rule. Commitments are paid on
-- their purchase (billed) and counted on their use or waste (effective), so neither
-- column counts them twice.
WITH typed AS (
    SELECT
        *,
        list_contains(['Usage'], line_type) AS is_plain,
        list_contains(['DiscountedUsage', 'SavingsPlanCoveredUsage'], line_type)
            AS is_covered,
        CASE
            WHEN is_plain THEN FALSE
            WHEN line_type = 'Fee'
                THEN
                    coalesce(
                        known(reservation_reservation_a_r_n),
                        known(reservation_reservation_arn)
                    ) IS NOT NULL
            ELSE is_purchase OR line_type = 'SavingsPlanUpfrontFee'
        END AS is_commitment,
        line_type LIKE '%Discount' AS is_discount,
        coalesce(bill_billing_entity = 'AWS Marketplace', FALSE) AS is_marketplace,
        instant(bill_billing_period_start_date) AS period_start,
        instant(line_item_usage_start_date) AS usage_start,
        aws_commitment(
            savings_plan_savings_plan_a_r_n, savings_plan_savings_plan_arn,
            reservation_reservation_a_r_n, reservation_reservation_arn
        ) AS commitment_id,
        coalesce(known(product_product_family), known(attributes['product_family']))
            AS family
    FROM focus.aws_lines($lines)
),

categorised AS (
    SELECT
        *,
        CASE
            WHEN is_plain AND line_item_tax_type IS NULL THEN 'Usage'
            WHEN is_unused OR is_covered OR is_discount THEN 'Usage'
            WHEN
                is_purchase OR line_type IN ('SavingsPlanUpfrontFee', 'Fee')
                THEN 'Purchase'
            WHEN line_type = 'Tax' OR known(line_item_tax_type) IS NOT NULL THEN 'Tax'
            WHEN line_type = 'Credit' THEN 'Credit'
            WHEN
                line_type = 'Refund'
                AND aws_commitment(
                    savings_plan_savings_plan_a_r_n, savings_plan_savings_plan_arn,
                    reservation_reservation_a_r_n, reservation_reservation_arn
                ) IS NOT NULL
                THEN 'Purchase'
            ELSE 'Usage'
        END AS category,
        if(
            is_unused OR line_type = 'SavingsPlanCoveredUsage', 0, invoiced
        )::DECIMAL(38, 18) AS billed,
        CASE
            WHEN is_plain THEN invoiced
            WHEN is_unused THEN unused
            WHEN line_type = 'DiscountedUsage'
                THEN
                    coalesce(
                        money(reservation_net_effective_cost),
                        money(reservation_effective_cost), 0
                    )
            WHEN line_type = 'SavingsPlanCoveredUsage'
                THEN
                    coalesce(
                        money(savings_plan_net_savings_plan_effective_cost),
                        money(savings_plan_savings_plan_effective_cost), 0
                    )
            WHEN is_commitment THEN 0
            WHEN
                line_type = 'Refund' AND line_item_product_code = 'ComputeSavingsPlans'
                AND line_item_line_item_description
                LIKE 'Refund for one-time fee for Savings Plan ID%' THEN 0
            ELSE invoiced
        END::DECIMAL(38, 18) AS effective,
        if(
            usage_start < period_start
            OR (line_type = 'Refund' AND bill_bill_type = 'Refund'),
            'Correction', NULL
        ) AS class
    FROM typed
)

SELECT
    *,
    CASE
        WHEN is_unused THEN unused
        WHEN is_discount THEN 0
        WHEN NOT (is_covered OR line_type IN ('Usage', 'FlatRateSubscription'))
            THEN billed
        WHEN money(pricing_public_on_demand_cost) = 0 AND effective <> 0
            THEN coalesce(money(line_item_unblended_cost), invoiced)
        ELSE coalesce(
            money(pricing_public_on_demand_cost),
            money(line_item_unblended_cost), invoiced
        )
    END::DECIMAL(38, 18) AS listed,
    if(is_unused, 'Unused', if(is_covered, 'Used', NULL)) AS commitment_status,
    category = 'Usage' AND NOT is_unused AND NOT is_discount AS is_used
FROM categorised
