-- How many resources the newest inventory knows.
--
-- grain:  provider
-- reads:  evidence.resources
-- params:
SELECT
    provider,
    count(*) AS resources
FROM evidence.resources
GROUP BY ALL
