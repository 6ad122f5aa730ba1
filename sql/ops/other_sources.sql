-- Sources of the bills that do not belong to one source.
--
-- grain:  source
-- reads:  bills.versions
-- params: source
SELECT DISTINCT source
FROM bills.versions
WHERE source <> $source
ORDER BY source
