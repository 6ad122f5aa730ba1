-- How many lines pairs of files of one name and several numbers have in common.
--
-- grain:  pair of files, the one that comes first by name first
-- reads:  nothing but the files
-- params: files, every
--
-- A line that a file has more than once tells nothing: parts of an export share out its
-- equal lines. What an export numbers anew each time, or what an invoice adds, is left
-- out, lest a line look like another one. Of large files a part of the lines tells as
-- much as all: those whose hash is a multiple of $every.
WITH told AS (
    SELECT
        filename,
        hash(*COLUMNS(
            LAMBDA name: NOT regexp_matches(name, '(?i)^filename$|invoice|item_?id')
        )) AS line
    FROM read_parquet($files, union_by_name = TRUE, filename = TRUE)
    WHERE line % $every = 0
),

lines AS (
    SELECT
        filename,
        line
    FROM told
    GROUP BY ALL
    HAVING count(*) = 1
)

SELECT
    one.filename,
    other.filename AS other,
    count(*)::BIGINT * $every AS line_count
FROM lines AS one
INNER JOIN lines AS other
    ON one.line = other.line AND one.filename < other.filename
GROUP BY ALL
