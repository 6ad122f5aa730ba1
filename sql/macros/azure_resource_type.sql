-- The type of an Azure resource, read from its id: the provider and what it provides.
--
-- params: id
SELECT
    known(regexp_extract(
        $id, '(?i)/providers/([^/]+/[^/]+)/[^/]+(?:/[^/]+/[^/]+)*$', 1
    ))
