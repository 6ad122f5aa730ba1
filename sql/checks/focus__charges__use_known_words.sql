-- Categories, classes and states are among the words that FOCUS allows.
--
-- severity: warn
-- grain:  bill_id, column, word
-- reads:  charge_groups
-- params: -
WITH words AS (
    SELECT
        bill_id,
        charge_category AS ChargeCategory,
        charge_class AS ChargeClass,
        charge_frequency AS ChargeFrequency,
        pricing_category AS PricingCategory,
        commitment_status AS CommitmentDiscountStatus,
        sum(charges) AS charges
    FROM charge_groups
    GROUP BY ALL
),

used AS (
    UNPIVOT words
    ON COLUMNS(* EXCLUDE (bill_id, charges)) INTO NAME column_name VALUE word
),

allowed AS (
    SELECT
        listed.column_name,
        unnest(listed.words) AS word
    FROM (
        VALUES
        ('ChargeCategory', ['Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment']),
        ('ChargeClass', ['Correction']),
        ('ChargeFrequency', ['One-Time', 'Recurring', 'Usage-Based']),
        ('PricingCategory', ['Standard', 'Dynamic', 'Committed', 'Other']),
        ('CommitmentDiscountStatus', ['Used', 'Unused'])
    ) AS listed (column_name, words)
)

SELECT
    used.bill_id,
    used.column_name,
    used.word,
    sum(used.charges)::BIGINT AS charges
FROM used
ANTI JOIN allowed
    ON used.column_name = allowed.column_name AND used.word = allowed.word
GROUP BY ALL
ORDER BY ALL
