-- MySQL's function of this name, which FOCUS's own queries use: whether one or all
-- of up to three paths exist in a document.
--
-- params: document, one_or_all, first, second := NULL, third := NULL
SELECT
    if(
        lower($one_or_all) = 'all',
        coalesce(json_exists($document, $first), FALSE)
        AND coalesce(json_exists($document, $second), $second IS NULL)
        AND coalesce(json_exists($document, $third), $third IS NULL),
        coalesce(json_exists($document, $first), FALSE)
        OR coalesce(json_exists($document, $second), FALSE)
        OR coalesce(json_exists($document, $third), FALSE)
    )
