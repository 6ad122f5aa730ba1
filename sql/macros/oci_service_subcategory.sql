-- The FOCUS service subcategory of an OCI service.
--
-- params: service
--
-- Services that are not listed become Other (Other), never a wrong category.
SELECT
    CASE
        WHEN $service IN ('COMPUTE') THEN 'Virtual Machines'
        WHEN $service IN ('CONTAINER_INSTANCES', 'OKE', 'OCIR') THEN 'Containers'
        WHEN $service IN ('FUNCTIONS') THEN 'Serverless Compute'
        WHEN $service IN ('BLOCK_STORAGE') THEN 'Block Storage'
        WHEN $service IN ('OBJECTSTORE') THEN 'Object Storage'
        WHEN $service IN ('FILE_STORAGE', 'FSS') THEN 'File Storage'
        WHEN $service IN ('DATABASE', 'MYSQL', 'POSTGRESQL')
            THEN 'Relational Databases'
        WHEN $service IN ('NOSQL') THEN 'NoSQL Databases'
        WHEN $service IN ('REDIS') THEN 'Caching'
        WHEN $service IN ('ANALYTICS') THEN 'Business Intelligence'
        WHEN $service IN ('DATA_FLOW', 'DATA_INTEGRATION', 'BIGDATA')
            THEN 'Data Processing'
        WHEN $service IN ('STREAMING') THEN 'Streaming Analytics'
        WHEN $service IN ('NOTIFICATIONS', 'QUEUE') THEN 'Messaging'
        WHEN $service IN ('API_GATEWAY') THEN 'API Management'
        WHEN $service IN ('NETWORK', 'LOAD_BALANCER', 'LBAAS', 'VCN')
            THEN 'Network Infrastructure'
        WHEN $service IN ('FASTCONNECT') THEN 'Network Connectivity'
        WHEN $service IN ('DNS') THEN 'Network Routing'
        WHEN $service IN ('WAF', 'NETWORK_FIREWALL') THEN 'Network Security'
        WHEN $service IN ('TELEMETRY', 'LOGGING', 'APM', 'LOGGING_ANALYTICS')
            THEN 'Observability'
        WHEN $service IN ('KMS', 'VAULT') THEN 'Secret Management'
        WHEN $service IN ('DATA_SCIENCE') THEN 'Machine Learning'
        WHEN $service IN ('GENERATIVE_AI') THEN 'Generative AI'
        WHEN $service ILIKE '%support%' THEN 'Support'
        ELSE 'Other (Other)'
    END
