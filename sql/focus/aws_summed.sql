-- Lines of AWS cost and usage reports, summed where the daily series cannot tell them
-- apart: the same columns, but fewer and shorter rows.
--
-- grain:  day, and whatever the mapping or a check looks at
-- reads:  raw.aws_cur, the view of report lines that $lines names
-- params: lines
--
-- The mapping costs far more than a sum, so it is given sums. It adds amounts up, but
-- also asks whether they are null, zero or negative: lines are summed only with those
-- of the same sign, so the answers stay. Fee lines, of which amounts are subtracted,
-- are summed only with their equals. A day is shown by its earliest moments, and lines
-- that a check would count keep apart from those that it would not.
WITH lines AS (
    SELECT
        *,
        instant(line_item_usage_start_date) AS started,
        after_end(instant(line_item_usage_end_date)) AS ended
    FROM query_table($lines)
)

FROM raw.aws_cur
UNION ALL BY NAME
SELECT
    source,
    version,
    bill_bill_type,
    bill_billing_entity,
    bill_payer_account_id,
    bill_billing_period_start_date,
    bill_billing_period_end_date,
    line_item_currency_code,
    line_item_line_item_type,
    line_item_product_code,
    line_item_tax_type,
    line_item_usage_account_id,
    discount_stated_elsewhere,
    pricing_unit,
    reservation_reservation_a_r_n,
    reservation_reservation_arn,
    savings_plan_savings_plan_a_r_n,
    savings_plan_savings_plan_arn,
    product_servicename,
    product_region,
    product_product_name,
    product_region_code,
    if(
        line_item_line_item_type = 'Refund', line_item_line_item_description, NULL
    ) AS line_item_line_item_description,
    if(
        line_item_operation IN ('EKSPod-EC2', 'ECSTask-EC2'), line_item_operation, NULL
    ) AS line_item_operation,
    started::DATE AS first_date,
    (ended - INTERVAL 1 MICROSECOND)::DATE AS last_date,
    direction(line_item_net_unblended_cost) AS net_sign,
    direction(line_item_unblended_cost) AS gross_sign,
    direction(discount_total_discount) AS discount_sign,
    direction(
        aws_discounted(
            money(line_item_unblended_cost), money(discount_total_discount), 'Usage',
            FALSE
        )
    ) AS discounted_sign,
    direction(pricing_public_on_demand_cost) AS on_demand_sign,
    direction(reservation_effective_cost) AS reservation_sign,
    direction(reservation_net_effective_cost) AS net_reservation_sign,
    direction(savings_plan_savings_plan_effective_cost) AS plan_sign,
    direction(savings_plan_net_savings_plan_effective_cost) AS net_plan_sign,
    if(
        line_item_line_item_type IN ('RIFee', 'SavingsPlanRecurringFee'),
        hash(
            reservation_unused_recurring_fee, reservation_net_unused_recurring_fee,
            reservation_unused_amortized_upfront_fee_for_billing_period,
            reservation_net_unused_amortized_upfront_fee_for_billing_period,
            savings_plan_total_commitment_to_date, savings_plan_used_commitment,
            savings_plan_unused_commitment,
            savings_plan_recurring_commitment_for_billing_period,
            savings_plan_net_recurring_commitment_for_billing_period,
            savings_plan_amortized_upfront_commitment_for_billing_period,
            savings_plan_net_amortized_upfront_commitment_for_billing_period,
            line_item_unblended_cost, line_item_net_unblended_cost
        ), NULL
    ) AS fee,
    min(started) AS line_item_usage_start_date,
    min(ended) AS line_item_usage_end_date,
    total(discount_total_discount) AS discount_total_discount,
    total(line_item_net_unblended_cost) AS line_item_net_unblended_cost,
    total(line_item_unblended_cost) AS line_item_unblended_cost,
    total(line_item_usage_amount) AS line_item_usage_amount,
    total(pricing_public_on_demand_cost) AS pricing_public_on_demand_cost,
    total(reservation_effective_cost) AS reservation_effective_cost,
    total(reservation_net_effective_cost) AS reservation_net_effective_cost,
    total(reservation_unused_recurring_fee) AS reservation_unused_recurring_fee,
    total(reservation_net_unused_recurring_fee)
        AS reservation_net_unused_recurring_fee,
    total(reservation_unused_amortized_upfront_fee_for_billing_period)
        AS reservation_unused_amortized_upfront_fee_for_billing_period,
    total(reservation_net_unused_amortized_upfront_fee_for_billing_period)
        AS reservation_net_unused_amortized_upfront_fee_for_billing_period,
    total(reservation_unused_quantity) AS reservation_unused_quantity,
    total(savings_plan_savings_plan_effective_cost)
        AS savings_plan_savings_plan_effective_cost,
    total(savings_plan_net_savings_plan_effective_cost)
        AS savings_plan_net_savings_plan_effective_cost,
    total(savings_plan_total_commitment_to_date)
        AS savings_plan_total_commitment_to_date,
    total(savings_plan_used_commitment) AS savings_plan_used_commitment,
    total(savings_plan_recurring_commitment_for_billing_period)
        AS savings_plan_recurring_commitment_for_billing_period,
    total(savings_plan_net_recurring_commitment_for_billing_period)
        AS savings_plan_net_recurring_commitment_for_billing_period,
    total(savings_plan_amortized_upfront_commitment_for_billing_period)
        AS savings_plan_amortized_upfront_commitment_for_billing_period,
    total(savings_plan_net_amortized_upfront_commitment_for_billing_period)
        AS savings_plan_net_amortized_upfront_commitment_for_billing_period,
    total(savings_plan_unused_commitment) AS savings_plan_unused_commitment,
    sum(x_ChargeCount)::BIGINT AS x_ChargeCount
FROM lines
GROUP BY ALL
