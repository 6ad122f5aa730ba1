-- Silences of Alertmanager that hold at a moment, the first to end first.
--
-- grain:  sink, silence_id
-- reads:  ops.silences
-- params: at
SELECT
    silences.sink,
    silences.silence_id,
    array_to_string(
        [
            concat(
                matcher.name,
                CASE
                    WHEN matcher.is_regex THEN if(matcher.is_equal, '=~', '!~')
                    ELSE if(matcher.is_equal, '=', '!=')
                END,
                matcher.value
            ) FOR matcher IN silences.matchers
        ],
        ' '
    ) AS scope,
    silences.ends_at::DATE AS until_date,
    silences.author,
    silences.reason,
    silences.starts_at,
    silences.ends_at
FROM ops.silences AS silences
WHERE
    silences.starts_at <= $at::TIMESTAMPTZ
    AND silences.ends_at > $at::TIMESTAMPTZ
ORDER BY silences.ends_at, silences.silence_id
