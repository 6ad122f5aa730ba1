-- A day in ISO 8601 from what exports write: ISO or US order, or days first with points
-- between; padded or not, with a time or without. What is none of these stays as it is,
-- so that it can be shown.
--
-- params: x
SELECT
    coalesce(
        strftime(
            coalesce(
                try_strptime(regexp_extract($x, '^\d+/\d+/\d{4}'), '%m/%d/%Y'),
                try_strptime(regexp_extract($x, '^20\d{6}$'), '%Y%m%d'),
                try_strptime(regexp_extract($x, '^\d+[.]\d+[.]\d{4}'), '%d.%m.%Y'),
                try_cast($x AS TIMESTAMP)
            ), '%Y-%m-%d'
        ), $x
    )
