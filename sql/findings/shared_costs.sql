-- The days of series of which several bills tell, added up.
--
-- grain:  series_index, charge_date
-- reads:  shared_rows
-- params: -
--
-- shared_rows is a temporary table: what findings/scored_costs says of those days. A
-- quantity is only known where every bill tells one.
SELECT
    series_index,
    charge_date,
    sum(cost)::DECIMAL(38, 18) AS cost,
    CASE
        WHEN count(*) = count(quantity) THEN sum(quantity)::DECIMAL(38, 18)
    END AS quantity,
    bool_or(is_settled) AS is_settled
FROM shared_rows
GROUP BY ALL
