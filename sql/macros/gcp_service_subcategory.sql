-- The FOCUS service subcategory of a Google Cloud service.
--
-- params: service
--
-- Services that are not listed become Other (Other), never a wrong category.
SELECT
    CASE
        WHEN $service IN ('Compute Engine', 'VMware Engine') THEN 'Virtual Machines'
        WHEN $service IN ('Kubernetes Engine', 'Artifact Registry') THEN 'Containers'
        WHEN $service IN ('Cloud Run', 'Cloud Run Functions', 'Cloud Functions')
            THEN 'Serverless Compute'
        WHEN $service IN ('App Engine') THEN 'Application Platforms'
        WHEN $service IN ('Cloud Storage') THEN 'Object Storage'
        WHEN $service IN ('Cloud Filestore', 'NetApp Volumes') THEN 'File Storage'
        WHEN $service IN ('Backup and DR Service', 'Backup for GKE')
            THEN 'Backup Storage'
        WHEN $service IN ('Cloud SQL', 'Cloud Spanner', 'AlloyDB')
            THEN 'Relational Databases'
        WHEN $service IN ('Cloud Bigtable', 'Cloud Firestore', 'Cloud Datastore')
            THEN 'NoSQL Databases'
        WHEN $service LIKE 'Cloud Memorystore%' THEN 'Caching'
        WHEN $service LIKE 'BigQuery%' THEN 'Data Warehouses'
        WHEN $service IN ('Cloud Dataflow', 'Cloud Dataproc', 'Cloud Data Fusion')
            THEN 'Data Processing'
        WHEN $service LIKE 'Looker%' THEN 'Business Intelligence'
        WHEN $service IN ('Cloud Pub/Sub') THEN 'Messaging'
        WHEN $service IN ('Cloud Composer', 'Workflows') THEN 'Workflow Orchestration'
        WHEN $service IN ('Apigee', 'API Gateway') THEN 'API Management'
        WHEN $service IN ('Networking') THEN 'Network Infrastructure'
        WHEN $service IN ('Cloud CDN') THEN 'Content Delivery'
        WHEN $service IN ('Cloud DNS') THEN 'Network Routing'
        WHEN $service IN ('Cloud Armor') THEN 'Network Security'
        WHEN $service LIKE '%Logging%' OR $service LIKE '%Monitoring%'
            THEN 'Observability'
        WHEN $service ILIKE '%support%' THEN 'Support'
        WHEN $service LIKE 'Security Command Center%'
            THEN 'Threat Detection and Response'
        WHEN $service IN ('Cloud Key Management Service (KMS)', 'Secret Manager')
            THEN 'Secret Management'
        WHEN $service IN ('Identity Platform') THEN 'Identity and Access Management'
        WHEN $service LIKE 'Gemini%' THEN 'Generative AI'
        WHEN $service LIKE 'Vertex AI%' THEN 'Machine Learning'
        WHEN $service IN ('Cloud Build', 'Cloud Deploy')
            THEN 'Continuous Integration and Deployment'
        ELSE 'Other (Other)'
    END
