-- No rows, but every column that AWS totals read and that an export may lack.
--
-- grain:  none
-- reads:  nothing
-- params: none
SELECT
    NULL::VARCHAR AS line_item_operation,
    NULL::VARCHAR AS line_item_line_item_description,
    NULL::VARCHAR AS reservation_reservation_a_r_n,
    NULL::BOOLEAN AS discount_stated_elsewhere,
    NULL::DECIMAL(38, 18) AS discount_total_discount,
    NULL::DECIMAL(38, 18) AS line_item_net_unblended_cost,
    NULL::DECIMAL(38, 18) AS reservation_effective_cost,
    NULL::DECIMAL(38, 18) AS reservation_net_effective_cost,
    NULL::DECIMAL(38, 18) AS reservation_unused_recurring_fee,
    NULL::DECIMAL(38, 18) AS reservation_net_unused_recurring_fee,
    NULL::DECIMAL(38, 18)
        AS reservation_unused_amortized_upfront_fee_for_billing_period,
    NULL::DECIMAL(38, 18)
        AS reservation_net_unused_amortized_upfront_fee_for_billing_period,
    NULL::DECIMAL(38, 18) AS savings_plan_savings_plan_effective_cost,
    NULL::DECIMAL(38, 18) AS savings_plan_net_savings_plan_effective_cost,
    NULL::DECIMAL(38, 18) AS savings_plan_total_commitment_to_date,
    NULL::DECIMAL(38, 18) AS savings_plan_used_commitment,
    NULL::DECIMAL(38, 18) AS savings_plan_recurring_commitment_for_billing_period,
    NULL::DECIMAL(38, 18) AS savings_plan_net_recurring_commitment_for_billing_period,
    NULL::DECIMAL(38, 18)
        AS savings_plan_amortized_upfront_commitment_for_billing_period,
    NULL::DECIMAL(38, 18)
        AS savings_plan_net_amortized_upfront_commitment_for_billing_period
WHERE FALSE
