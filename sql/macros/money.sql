-- An amount of money as an exact decimal, whatever type the export gave it.
--
-- params: x
--
-- AWS states ten decimals and stores them as DOUBLE: rounding brings back what was
-- meant, as long as a DOUBLE has that many; a large one is meant as its shortest text
-- says. Below it ten decimals fit into 64 bits, which cost less to make than 128. Text
-- keeps all its decimals; text that is no number becomes null, and the check on
-- mandatory costs tells of it. The branch is chosen when the query is bound.
SELECT
    CASE typeof($x)
        WHEN 'DOUBLE'
            THEN
                if(
                    abs($x::DOUBLE) < 100000,
                    $x::DECIMAL(18, 10)::DECIMAL(38, 18), $x::VARCHAR::DECIMAL(38, 18)
                )
        WHEN 'FLOAT' THEN $x::DECIMAL(28, 10)::DECIMAL(38, 18)
        ELSE try_cast($x AS DECIMAL(38, 18))
    END
