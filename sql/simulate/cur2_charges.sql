-- Fees, credits, refunds, taxes and support as CUR 2.0 lines.
--
-- grain:  charge
-- reads:  simulated.charges
-- params:
SELECT
    'Amazon Web Services EMEA SARL' AS bill_invoicing_entity,
    billing_account_id AS bill_payer_account_id,
    billing_account_name AS bill_payer_account_name,
    currency AS line_item_currency_code,
    currency AS pricing_currency,
    description AS line_item_line_item_description,
    sub_account_id AS line_item_usage_account_id,
    sub_account_name AS line_item_usage_account_name,
    service_code AS line_item_product_code,
    service_code AS product_servicecode,
    first_at AS line_item_usage_start_date,
    end_at AS line_item_usage_end_date,
    1.0 AS line_item_usage_amount,
    CASE WHEN kind = 'marketplace' THEN 'AWS Marketplace' ELSE 'AWS' END
        AS bill_billing_entity,
    CASE WHEN kind = 'refund' THEN 'Refund' ELSE 'Anniversary' END AS bill_bill_type,
    CASE
        WHEN kind = 'marketplace' THEN 'Datadog, Inc.'
        ELSE 'Amazon Web Services EMEA SARL'
    END AS line_item_legal_entity,
    substr(
        sha256(
            'charge' || kind || service_code || sub_account_id || first_at
            || coalesce(commitment_id, '')
        ),
        1,
        26
    ) AS identity_line_item_id,
    strftime(first_at, '%Y-%m-%dT%H:%M:%SZ/') || strftime(end_at, '%Y-%m-%dT%H:%M:%SZ')
        AS identity_time_interval,
    CASE kind
        WHEN 'savings_plan_fee' THEN 'SavingsPlanRecurringFee'
        WHEN 'reservation_fee' THEN 'RIFee'
        WHEN 'credit' THEN 'Credit'
        WHEN 'refund' THEN 'Refund'
        WHEN 'tax' THEN 'Tax'
        WHEN 'marketplace' THEN 'Usage'
        ELSE 'Fee'
    END AS line_item_line_item_type,
    CASE WHEN kind = 'tax' THEN 'VAT' END AS line_item_tax_type,
    CASE WHEN commitment_id IS NULL THEN kind ELSE region_id || '-' || kind END
        AS line_item_usage_type,
    nullif(region_id, 'global') AS product_region_code,
    billed / 1e10 AS line_item_unblended_cost,
    billed / 1e10 AS line_item_blended_cost,
    billed / 1e10 AS line_item_net_unblended_cost,
    billed / 1e10 AS pricing_public_on_demand_cost,
    map(['product_name'], [service_name]) AS product,
    CASE WHEN kind IN ('reservation_fee', 'upfront_fee') THEN commitment_id END
        AS reservation_reservation_a_r_n,
    CASE WHEN kind = 'reservation_fee' THEN upfront / 1e10 END
        AS reservation_amortized_upfront_fee_for_billing_period,
    CASE WHEN kind = 'reservation_fee' THEN unused_upfront / 1e10 END
        AS reservation_unused_amortized_upfront_fee_for_billing_period,
    CASE WHEN kind = 'reservation_fee' THEN (unused - unused_upfront) / 1e10 END
        AS reservation_unused_recurring_fee,
    CASE WHEN kind = 'reservation_fee' THEN unused_upfront / 1e10 END
        AS reservation_net_unused_amortized_upfront_fee_for_billing_period,
    CASE WHEN kind = 'reservation_fee' THEN (unused - unused_upfront) / 1e10 END
        AS reservation_net_unused_recurring_fee,
    CASE WHEN kind = 'savings_plan_fee' THEN commitment_id END
        AS savings_plan_savings_plan_a_r_n,
    CASE WHEN kind = 'savings_plan_fee' THEN 'ComputeSavingsPlans' END
        AS savings_plan_offering_type,
    CASE WHEN kind = 'savings_plan_fee' THEN 'No Upfront' END
        AS savings_plan_payment_option,
    CASE WHEN kind = 'savings_plan_fee' THEN '3yr' END AS savings_plan_purchase_term,
    CASE WHEN kind = 'savings_plan_fee' THEN billed / 1e10 END
        AS savings_plan_recurring_commitment_for_billing_period,
    CASE WHEN kind = 'savings_plan_fee' THEN (used + unused) / 1e10 END
        AS savings_plan_total_commitment_to_date,
    CASE WHEN kind = 'savings_plan_fee' THEN used / 1e10 END
        AS savings_plan_used_commitment
FROM simulated.charges
