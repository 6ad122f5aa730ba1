-- Categories, classes and states are among the words that FOCUS allows.
--
-- severity: warn
-- grain:  column, word
-- reads:  the table or view of FOCUS rows that $charges names
-- params: charges
WITH words AS (
    SELECT
        ChargeCategory,
        ChargeClass,
        PricingCategory,
        ChargeFrequency,
        CommitmentDiscountStatus,
        count(*) AS charges
    FROM query_table($charges)
    GROUP BY ALL
),

used AS (
    UNPIVOT words ON COLUMNS(* EXCLUDE charges) INTO NAME column_name VALUE word
),

allowed AS (
    SELECT
        column_name,
        unnest(words) AS word
    FROM (
        VALUES
        ('ChargeCategory', ['Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment']),
        ('ChargeClass', ['Correction']),
        ('PricingCategory', ['Standard', 'Dynamic', 'Committed', 'Other']),
        ('ChargeFrequency', ['One-Time', 'Recurring', 'Usage-Based']),
        ('CommitmentDiscountStatus', ['Used', 'Unused'])
    ) AS listed (column_name, words)
)

SELECT
    used.column_name,
    used.word,
    sum(used.charges)::BIGINT AS charges
FROM used
ANTI JOIN allowed
    ON used.column_name = allowed.column_name AND used.word = allowed.word
GROUP BY ALL
