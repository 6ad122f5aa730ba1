-- The unit that an Azure price is for, without the size of its block.
--
-- params: x
--
-- By rule and not by list: "1 GB/Month" is GB-Months, "10 Hours" and "1/Hour" are
-- Hours, "10K" are Units.
SELECT
    CASE
        WHEN known($x) IS NULL OR $x ILIKE '%unassigned%' THEN NULL
        ELSE coalesce(
            nullif(
                regexp_replace(
                    regexp_replace(
                        regexp_replace(
                            trim(regexp_replace($x, '^\s*\d+\s*([KM](\s|/|$))?', '')),
                            '\s*/\s*(Hour|Day|Month|Year)s?$', '-\1s'
                        ),
                        '\s(Hour|Day|Month|Year)s?$', '-\1s'
                    ),
                    '^[-/]?(Hour|Day|Month|Year)s?$', '\1s'
                ), ''
            ), 'Units'
        )
    END
