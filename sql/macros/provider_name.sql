-- The one name under which a provider is known here, FOCUS's ServiceProviderName.
--
-- params: x
SELECT
    CASE lower(known($x))
        WHEN 'aws' THEN 'AWS'
        WHEN 'amazon' THEN 'AWS'
        WHEN 'amazon web services' THEN 'AWS'
        WHEN 'amazon web services, inc.' THEN 'AWS'
        WHEN 'microsoft' THEN 'Microsoft'
        WHEN 'microsoft azure' THEN 'Microsoft'
        WHEN 'azure' THEN 'Microsoft'
        WHEN 'google' THEN 'Google Cloud'
        WHEN 'gcp' THEN 'Google Cloud'
        WHEN 'google cloud' THEN 'Google Cloud'
        WHEN 'google cloud platform' THEN 'Google Cloud'
        WHEN 'oracle' THEN 'Oracle'
        WHEN 'oci' THEN 'Oracle'
        WHEN 'oracle cloud infrastructure' THEN 'Oracle'
        ELSE known($x)
    END
