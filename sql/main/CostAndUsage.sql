-- The same rows under the name that the examples of the FOCUS specification ask for.
--
-- grain:  charge
-- reads:  main.focus_data_table
-- params: -
SELECT *
FROM main.focus_data_table
