-- The current FOCUS rows under every name that FOCUS's published queries ask for.
--
-- grain:  charge
-- reads:  focus.cost_and_usage
-- params: -
--
-- The use case library of FOCUS reads from a table of this name. Its queries for 1.0 to
-- 1.2 say ProviderName and PublisherName, those for 1.3 on ServiceProviderName, a few
-- InvoiceIssuer; tags are asked for as in a map.
-- Three of them write a tag's key in double quotes, Tags["Application"], which means a
-- column here: so there are columns of these names, which hold the key.
SELECT
    * REPLACE (tag_map(Tags) AS Tags),
    ServiceProviderName AS ProviderName,
    x_PublisherName AS PublisherName,
    InvoiceIssuerName AS InvoiceIssuer,
    'Application' AS Application,
    'ApplicationId' AS ApplicationId
FROM focus.cost_and_usage
