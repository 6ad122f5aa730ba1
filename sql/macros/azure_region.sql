-- The id of an Azure region from its name in any spelling; null where it is none.
--
-- params: x
--
-- Meters and older exports name the continent first: "US East 2", "EU West".
SELECT
    CASE regexp_replace(lower($x), '[^a-z0-9]', '', 'g')
        WHEN '' THEN NULL
        WHEN 'unassigned' THEN NULL
        WHEN 'unknown' THEN NULL
        WHEN 'na' THEN NULL
        WHEN 'useast' THEN 'eastus'
        WHEN 'useast2' THEN 'eastus2'
        WHEN 'uswest' THEN 'westus'
        WHEN 'uswest2' THEN 'westus2'
        WHEN 'uswest3' THEN 'westus3'
        WHEN 'uscentral' THEN 'centralus'
        WHEN 'usnorth' THEN 'northcentralus'
        WHEN 'usnorthcentral' THEN 'northcentralus'
        WHEN 'ussouth' THEN 'southcentralus'
        WHEN 'ussouthcentral' THEN 'southcentralus'
        WHEN 'uswestcentral' THEN 'westcentralus'
        WHEN 'cacentral' THEN 'canadacentral'
        WHEN 'caeast' THEN 'canadaeast'
        WHEN 'brsouth' THEN 'brazilsouth'
        WHEN 'brsoutheast' THEN 'brazilsoutheast'
        WHEN 'euwest' THEN 'westeurope'
        WHEN 'eunorth' THEN 'northeurope'
        WHEN 'frcentral' THEN 'francecentral'
        WHEN 'frsouth' THEN 'francesouth'
        WHEN 'dewestcentral' THEN 'germanywestcentral'
        WHEN 'denorth' THEN 'germanynorth'
        WHEN 'chnorth' THEN 'switzerlandnorth'
        WHEN 'chwest' THEN 'switzerlandwest'
        WHEN 'noeast' THEN 'norwayeast'
        WHEN 'nowest' THEN 'norwaywest'
        WHEN 'secentral' THEN 'swedencentral'
        WHEN 'apeast' THEN 'eastasia'
        WHEN 'apsoutheast' THEN 'southeastasia'
        WHEN 'jaeast' THEN 'japaneast'
        WHEN 'jawest' THEN 'japanwest'
        WHEN 'krcentral' THEN 'koreacentral'
        WHEN 'krsouth' THEN 'koreasouth'
        WHEN 'incentral' THEN 'centralindia'
        WHEN 'insouth' THEN 'southindia'
        WHEN 'inwest' THEN 'westindia'
        WHEN 'aueast' THEN 'australiaeast'
        WHEN 'ausoutheast' THEN 'australiasoutheast'
        WHEN 'aucentral' THEN 'australiacentral'
        WHEN 'zanorth' THEN 'southafricanorth'
        WHEN 'zawest' THEN 'southafricawest'
        WHEN 'aenorth' THEN 'uaenorth'
        WHEN 'aecentral' THEN 'uaecentral'
        ELSE regexp_replace(lower($x), '[^a-z0-9]', '', 'g')
    END
