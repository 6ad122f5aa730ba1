-- Which files of one name and several numbers tell the same, and so are no parts.
--
-- grain:  pair of files, the one that comes first by name first
-- reads:  nothing but the files
-- params: sums, every
--
-- The sums are those of export lines. Two states of one bill have the sums of most days
-- in common; two parts of it share out the lines of a day, and with them its sums. What
-- two or fewer sums say may be chance. Of many sums a part tells as much as all: those
-- whose hash is a multiple of $every.
WITH told AS (
    SELECT
        filename,
        hash(*COLUMNS(* EXCLUDE (filename))) AS line,
        count(*) AS times
    FROM read_parquet($sums, union_by_name = TRUE, filename = TRUE)
    WHERE line % $every::UBIGINT = 0
    GROUP BY ALL
),

sizes AS (
    SELECT
        filename,
        sum(times) AS size
    FROM told
    GROUP BY ALL
)

SELECT
    one.filename,
    other.filename AS other
FROM told AS one
INNER JOIN told AS other
    ON one.line = other.line AND one.filename < other.filename
INNER JOIN sizes AS mine ON one.filename = mine.filename
INNER JOIN sizes AS theirs ON other.filename = theirs.filename
GROUP BY ALL
HAVING
    count(*) > 2
    AND 2 * sum(least(one.times, other.times)) > min(least(mine.size, theirs.size))
