-- MySQL's function of this name, which FOCUS's own queries use: JSON as text.
--
-- params: value
SELECT $value ->> '$'
