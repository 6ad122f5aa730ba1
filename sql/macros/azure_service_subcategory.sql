-- The FOCUS service subcategory of an Azure service, from its meter category or, where
-- that is not listed, from the resource provider that was used.
--
-- params: category, consumed
--
-- Categories that are not listed fall to Other (Other).
SELECT
    CASE
        WHEN $category ILIKE '%support%' THEN 'Support'
        WHEN $category ILIKE 'virtual machines%' THEN 'Virtual Machines'
        WHEN $category ILIKE '%kubernetes%' OR $category ILIKE 'container%'
            THEN 'Containers'
        WHEN $category ILIKE '%openai%' OR $category ILIKE 'foundry%'
            THEN 'Generative AI'
        WHEN $category ILIKE '%cosmos%' THEN 'NoSQL Databases'
        WHEN $category ILIKE '%redis%' THEN 'Caching'
        WHEN $category ILIKE '%synapse%' OR $category ILIKE '%data warehouse%'
            THEN 'Data Warehouses'
        WHEN regexp_matches($category, '(?i)sql|maria|database')
            THEN 'Relational Databases'
        WHEN $category ILIKE '%backup%' OR $category ILIKE '%site recovery%'
            THEN 'Backup Storage'
        WHEN $category ILIKE '%netapp%' THEN 'File Storage'
        WHEN $category ILIKE 'storage%' AND lower($consumed) = 'microsoft.compute'
            THEN 'Block Storage'
        WHEN $category ILIKE 'storage%' THEN 'Object Storage'
        WHEN $category ILIKE 'functions%' OR $category ILIKE '%container apps%'
            THEN 'Serverless Compute'
        WHEN $category ILIKE '%app service%' THEN 'Application Platforms'
        WHEN regexp_matches($category, '(?i)firewall|ddos') THEN 'Network Security'
        WHEN regexp_matches($category, '(?i)front door|cdn|content delivery')
            THEN 'Content Delivery'
        WHEN regexp_matches($category, '(?i)load balancer|gateway|traffic manager|dns')
            THEN 'Network Routing'
        WHEN $category ILIKE '%expressroute%' OR $category ILIKE '%virtual wan%'
            THEN 'Network Connectivity'
        WHEN regexp_matches($category, '(?i)network|bandwidth|nat ')
            THEN 'Network Infrastructure'
        WHEN regexp_matches($category, '(?i)monitor|log analytics|insights|grafana')
            THEN 'Observability'
        WHEN $category ILIKE '%defender%' OR $category ILIKE '%sentinel%'
            THEN 'Threat Detection and Response'
        WHEN $category ILIKE '%key vault%' THEN 'Secret Management'
        WHEN $category ILIKE '%active directory%' OR $category ILIKE '%entra%'
            THEN 'Identity and Access Management'
        WHEN $category ILIKE '%machine learning%' THEN 'Machine Learning'
        WHEN $category ILIKE '%cognitive%' OR $category ILIKE 'azure ai%'
            THEN 'AI Platforms'
        WHEN $category ILIKE '%data factory%' OR $category ILIKE '%databricks%'
            THEN 'Data Processing'
        WHEN $category ILIKE '%event hub%' OR $category ILIKE '%stream%'
            THEN 'Streaming Analytics'
        WHEN $category ILIKE '%power bi%' THEN 'Business Intelligence'
        WHEN regexp_matches($category, '(?i)service bus|event grid|signalr')
            THEN 'Messaging'
        WHEN $category ILIKE '%api management%' THEN 'API Management'
        WHEN $category ILIKE '%logic apps%' THEN 'Workflow Orchestration'
        WHEN $category ILIKE '%devops%' THEN 'Developer Platforms'
        WHEN $category ILIKE '%virtual desktop%' THEN 'End User Computing'
        WHEN $category ILIKE '%iot%' THEN 'IoT Platforms'
        WHEN lower($consumed) = 'microsoft.compute' THEN 'Virtual Machines'
        WHEN lower($consumed) = 'microsoft.storage' THEN 'Object Storage'
        WHEN lower($consumed) = 'microsoft.network' THEN 'Network Infrastructure'
        ELSE 'Other (Other)'
    END
