-- Lines of AWS cost and usage reports as they stand in the lake.
--
-- grain:  report line
-- reads:  raw.aws_cur
-- params: files
--
-- Columns that a report lacks come from raw.aws_cur, which is always empty. What a
-- savings plan left unused AWS states before discounts only, see macros/aws_unused; it
-- is a share of a line's fee, so it is worked out before lines are summed.
WITH exported AS NOT MATERIALIZED (
    FROM
        read_parquet(
            $files, union_by_name = TRUE,
            hive_partitioning = TRUE, hive_types_autocast = FALSE
        )
    UNION ALL BY NAME
    FROM raw.aws_cur
)

SELECT
    * REPLACE (
        if(
            line_item_line_item_type = 'SavingsPlanRecurringFee',
            aws_unused(
                money(savings_plan_total_commitment_to_date),
                money(savings_plan_used_commitment),
                money(savings_plan_recurring_commitment_for_billing_period),
                money(savings_plan_net_recurring_commitment_for_billing_period),
                money(savings_plan_amortized_upfront_commitment_for_billing_period),
                money(savings_plan_net_amortized_upfront_commitment_for_billing_period),
                money(line_item_unblended_cost),
                money(line_item_net_unblended_cost)
            ), NULL
        ) AS savings_plan_unused_commitment
    ),
    1::BIGINT AS x_ChargeCount
FROM exported
