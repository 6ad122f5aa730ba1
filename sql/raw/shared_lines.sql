-- How many lines pairs of files of one name and several numbers have in common.
--
-- grain:  pair of files, the one that comes first by name first
-- reads:  nothing but the files
-- params: files, every
--
-- A line that a file has more than once tells nothing: parts of an export share out
-- its equal lines. A line is known by its times, its resource, product and account, and
-- its amounts: a hundred columns take ten times as long to read, and some of them are
-- numbered anew by each export. Of large files a part of the lines tells as much as
-- all: those whose hash is a multiple of $every. It is unsigned as hashes are, for else
-- each would be divided as a number of 128 bits.
WITH told AS (
    SELECT
        filename,
        hash(*COLUMNS(
            LAMBDA name: regexp_matches(
                name,
                '(?i)(^date|start_?date|period_?start|account_?id|subscription_?id'
                || '|resource_?id|region_?(id|code)|sku_?id|meter_?id|usage_?type'
                || '|item_type|charge_?(type|category)|usage_amount|quantity'
                || '|unblended_cost|billed_?cost|effective_?cost|billingcurrency)$'
            )
        )) AS line
    FROM read_parquet($files, union_by_name = TRUE, filename = TRUE)
    WHERE line % $every::UBIGINT = 0
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
