-- What the bills in some AWS cost and usage files sum to, as AWS's own columns say.
--
-- grain:  file, billing_account_id, billing_period, billing_currency
-- reads:  nothing but the files
-- params: sums
--
-- The sums are those of report lines, see focus/aws_summed.
-- Written apart from the FOCUS mapping, so that each can be held against the other.
-- Split cost rows repeat the cost of the instance that they split, so they count as
-- nothing. The amortised cost puts commitments where they were used or wasted.
-- Net columns only exist for payers with negotiated discounts, and then they count.
-- What a plan left has twelve decimals; it is cast, lest all costs be cut to as many.
WITH exported AS (
    FROM read_parquet($sums, union_by_name = TRUE, filename = TRUE)
    UNION ALL BY NAME
    FROM aws_optional()
),

amounts AS (
    SELECT
        nullif(bill_payer_account_id::VARCHAR, '') AS billing_account_id,
        left(bill_billing_period_start_date::VARCHAR, 7) AS billing_period,
        nullif(line_item_currency_code, '') AS billing_currency,
        left(line_item_usage_start_date::VARCHAR, 10) AS charge_date,
        coalesce(line_item_operation IN ('EKSPod-EC2', 'ECSTask-EC2'), FALSE)
            AS is_split,
        coalesce(reservation_reservation_a_r_n, '') <> '' AS is_reservation,
        line_item_product_code = 'ComputeSavingsPlans'
        AND line_item_line_item_description
        LIKE 'Refund for one-time fee for Savings Plan ID%' AS is_plan_refund,
        line_item_line_item_type AS line_type,
        x_ChargeCount,
        net(
            line_item_net_unblended_cost,
            discounted(
                amount(line_item_unblended_cost), line_item_line_item_type,
                discount_total_discount, discount_stated_elsewhere
            )
        ) AS unblended,
        net(reservation_net_effective_cost, reservation_effective_cost) AS reserved,
        net(
            savings_plan_net_savings_plan_effective_cost,
            savings_plan_savings_plan_effective_cost
        ) AS planned,
        net(reservation_net_unused_recurring_fee, reservation_unused_recurring_fee)
        + net(
            reservation_net_unused_amortized_upfront_fee_for_billing_period,
            reservation_unused_amortized_upfront_fee_for_billing_period
        ) AS unreserved,
        left_of_plan(
            net(savings_plan_total_commitment_to_date, NULL)
            - net(savings_plan_used_commitment, NULL),
            savings_plan_recurring_commitment_for_billing_period,
            savings_plan_net_recurring_commitment_for_billing_period,
            savings_plan_amortized_upfront_commitment_for_billing_period,
            savings_plan_net_amortized_upfront_commitment_for_billing_period,
            line_item_unblended_cost, line_item_net_unblended_cost
        ) AS unplanned,
        filename
    FROM exported
),

costs AS (
    SELECT
        *,
        if(is_split, 0, unblended) AS billed_cost,
        CASE
            WHEN is_split THEN 0
            WHEN line_type = 'DiscountedUsage' THEN reserved
            WHEN line_type = 'SavingsPlanCoveredUsage' THEN planned
            WHEN line_type = 'RIFee' THEN unreserved
            WHEN line_type = 'SavingsPlanRecurringFee'
                THEN unplanned::DECIMAL(38, 18)
            WHEN line_type = 'SavingsPlanNegation' THEN 0
            WHEN line_type = 'SavingsPlanUpfrontFee' THEN 0
            WHEN line_type = 'Fee' AND is_reservation THEN 0
            WHEN line_type = 'Refund' AND is_plan_refund THEN 0
            ELSE unblended
        END AS effective_cost
    FROM amounts
)

SELECT
    billing_account_id,
    billing_period,
    billing_currency,
    ['AWS'] AS providers,
    sum(x_ChargeCount)::BIGINT AS row_count,
    sum(billed_cost) AS billed_cost,
    sum(effective_cost) AS effective_cost,
    min(charge_date) AS first_date,
    max(charge_date) AS last_date,
    filename
FROM costs
GROUP BY ALL
