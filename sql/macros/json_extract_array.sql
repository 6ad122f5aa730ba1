-- BigQuery's function of this name, which FOCUS's published queries use: the elements
-- of an array in a document; null where there is none.
--
-- params: document, path
SELECT json_extract($document, $path || '[*]')
