-- A day in ISO 8601 from what exports write: ISO or any of the ways of written_time,
-- with a time or without. What is none of these stays as it is.
--
-- params: x
SELECT
    coalesce(
        strftime(
            CASE
                WHEN starts_with($x, '20') AND $x[5] = '-'
                    THEN try_cast($x AS TIMESTAMP)
                ELSE coalesce(
                    written_time($x), written_time(split_part($x, ' ', 1))
                )
            END, '%Y-%m-%d'
        ), $x
    )
