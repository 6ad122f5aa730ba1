-- Amounts and times of CUR 2.0 lines.
--
-- grain:  line × part of the day
-- reads:  simulated.known, simulated.slots, simulated.cur2_items
-- params:
--
-- Whole numbers until the last step: price and quantity in units of their last decimal
-- give cost in units of 1e-8, whose tenfold powers divide exactly.
WITH lines AS (
    SELECT
        k.meter,
        k.line,
        k.price,
        k.effective_price,
        s.start_at,
        s.end_at,
        s.time_interval,
        i.price_scale,
        i.price_unit,
        i.quantity_scale,
        i.discount_pct,
        i.upfront_price,
        i.commitment_id,
        i.line_id,
        i.description,
        k.quantity // s.parts + (s.part < k.quantity % s.parts)::BIGINT AS quantity,
        quantity * k.price AS cost,
        CASE k.line
            WHEN 'usage' THEN cost
            WHEN 'savings_plan' THEN cost
            WHEN 'negation' THEN -cost
            ELSE 0
        END AS charged,
        CASE WHEN k.line = 'usage' THEN 100 - i.discount_pct ELSE 100 END AS net_pct,
        quantity * k.effective_price AS effective
    FROM simulated.known AS k
    INNER JOIN simulated.slots AS s ON k.day = s.day
    INNER JOIN simulated.cur2_items AS i ON k.meter = i.meter
)

SELECT
    meter,
    start_at AS line_item_usage_start_date,
    end_at AS line_item_usage_end_date,
    time_interval AS identity_time_interval,
    CASE line
        WHEN 'usage' THEN 'Usage'
        WHEN 'savings_plan' THEN 'SavingsPlanCoveredUsage'
        WHEN 'negation' THEN 'SavingsPlanNegation'
        ELSE 'DiscountedUsage'
    END AS line_item_line_item_type,
    CASE WHEN line = 'negation' THEN 'n' || line_id ELSE line_id END
    AS identity_line_item_id,
    description AS line_item_line_item_description,
    CASE WHEN line = 'reservation' THEN 'Reserved' ELSE 'OnDemand' END AS pricing_term,
    quantity / quantity_scale AS line_item_usage_amount,
    charged / 1e8 AS line_item_unblended_cost,
    charged / 1e8 AS line_item_blended_cost,
    charged * net_pct / 1e10 AS line_item_net_unblended_cost,
    charged * (net_pct - 100) / 1e10 AS discount_total_discount,
    (CASE WHEN line = 'reservation' THEN 0 ELSE price END * price_unit * 0.00000001)::VARCHAR
    AS line_item_unblended_rate,
    (price * price_unit * 0.00000001)::VARCHAR AS pricing_public_on_demand_rate,
    CASE WHEN line = 'negation' THEN 0 ELSE cost / 1e8 END AS pricing_public_on_demand_cost,
    CASE WHEN line IN ('savings_plan', 'negation') THEN commitment_id END
    AS savings_plan_savings_plan_a_r_n,
    CASE WHEN line = 'savings_plan' THEN effective / 1e8 END
    AS savings_plan_savings_plan_effective_cost,
    CASE WHEN line = 'savings_plan' THEN effective_price / price_scale END
    AS savings_plan_savings_plan_rate,
    CASE WHEN line = 'reservation' THEN commitment_id END
    AS reservation_reservation_a_r_n,
    CASE WHEN line = 'reservation' THEN effective / 1e8 END AS reservation_effective_cost,
    CASE WHEN line = 'reservation' THEN quantity * upfront_price / 1e8 END
    AS reservation_amortized_upfront_cost_for_usage
FROM lines
