-- How many budgets there was news of between two moments.
--
-- grain:  one row
-- reads:  ops.events
-- params: since, until
SELECT count(DISTINCT subject) AS budgets
FROM ops.events
WHERE
    NOT is_muted
    AND starts_with(event_type, 'io.costwarden.budget.')
    AND occurred_at >= $since::TIMESTAMPTZ
    AND occurred_at < $until::TIMESTAMPTZ
