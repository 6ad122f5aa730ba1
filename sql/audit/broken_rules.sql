-- How many charges of each service break each rule.
--
-- grain:  bill_id, service_name, rule
-- reads:  audited_groups
-- params: -
WITH counted AS (
    SELECT
        bill_id,
        coalesce(service_name, 'Unknown') AS service_name,
        sum(charges)::BIGINT AS of_charges,
        sum(COLUMNS('.+-\d.*'))::BIGINT
    FROM audited_groups
    GROUP BY ALL
),

told AS (
    UNPIVOT counted
    ON COLUMNS('.+-\d.*') INTO NAME rule VALUE charges
)

SELECT
    bill_id,
    service_name,
    rule,
    charges,
    of_charges
FROM told
WHERE charges > 0
