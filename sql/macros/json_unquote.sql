-- MySQL's function of that name, which published FOCUS queries use: JSON as text.
--
-- params: value
SELECT $value ->> '$'
