-- The FOCUS service subcategory of an AWS service, from its product code.
--
-- params: code, family
--
-- EC2 and RDS sell several kinds of things; the product family tells them apart.
-- Codes that are not listed fall to Other (Other).
SELECT
    CASE
        WHEN
            regexp_matches($family, '^(Storage|System Operation)')
            AND $code = 'AmazonEC2' THEN 'Block Storage'
        WHEN $family = 'Data Transfer' THEN 'Network Infrastructure'
        WHEN $family LIKE 'Load Balancer%' THEN 'Network Routing'
        WHEN $code IN ('AmazonEC2', 'AmazonLightsail', 'ComputeSavingsPlans')
            THEN 'Virtual Machines'
        WHEN $code IN ('AmazonECS', 'AmazonEKS', 'AmazonECR', 'AmazonECRPublic')
            THEN 'Containers'
        WHEN $code IN ('AWSLambda') THEN 'Serverless Compute'
        WHEN $code IN ('AmazonS3') THEN 'Object Storage'
        WHEN $code IN ('AmazonGlacier', 'AWSBackup') THEN 'Backup Storage'
        WHEN $code IN ('AmazonEFS', 'AmazonFSx') THEN 'File Storage'
        WHEN $code IN ('AmazonRDS') THEN 'Relational Databases'
        WHEN $code IN ('AmazonDynamoDB', 'AmazonDocDB', 'AmazonNeptune', 'AmazonMCS')
            THEN 'NoSQL Databases'
        WHEN $code IN ('AmazonElastiCache', 'AmazonMemoryDB', 'AmazonDAX')
            THEN 'Caching'
        WHEN $code IN ('AmazonRedshift') THEN 'Data Warehouses'
        WHEN $code IN ('AWSGlue', 'ElasticMapReduce') THEN 'Data Processing'
        WHEN $code IN ('AmazonAthena', 'AmazonES') THEN 'Analytics Platforms'
        WHEN $code IN ('AmazonQuickSight') THEN 'Business Intelligence'
        WHEN $code IN ('AmazonKinesis', 'AmazonMSK', 'AmazonKinesisFirehose')
            THEN 'Streaming Analytics'
        WHEN $code IN ('AWSQueueService', 'AmazonSNS', 'AmazonMQ', 'AWSEvents')
            THEN 'Messaging'
        WHEN $code IN ('AmazonApiGateway') THEN 'API Management'
        WHEN $code IN ('AmazonStates') THEN 'Workflow Orchestration'
        WHEN $code IN ('AmazonCloudFront') THEN 'Content Delivery'
        WHEN $code IN ('AmazonRoute53', 'AWSELB') THEN 'Network Routing'
        WHEN $code IN ('AmazonVPC', 'AWSDataTransfer') THEN 'Network Infrastructure'
        WHEN $code IN ('AWSDirectConnect') THEN 'Network Connectivity'
        WHEN $code IN ('AmazonCloudWatch', 'AWSXRay') THEN 'Observability'
        WHEN $code IN ('AWSCloudTrail', 'AWSConfig') THEN 'Compliance'
        WHEN $code IN ('AWSBudgets', 'AWSCostExplorer') THEN 'Cost Management'
        WHEN $code ILIKE '%support%' THEN 'Support'
        WHEN $code IN ('AmazonGuardDuty', 'AmazonInspectorV2', 'AmazonMacie')
            THEN 'Threat Detection and Response'
        WHEN $code IN ('AWSSecurityHub', 'awswaf', 'AWSShield')
            THEN 'Network Security'
        WHEN $code IN ('awskms', 'AWSSecretsManager', 'CloudHSM')
            THEN 'Secret Management'
        WHEN $code IN ('AmazonCognito') THEN 'Identity and Access Management'
        WHEN $code IN ('AmazonSageMaker') THEN 'Machine Learning'
        WHEN $code LIKE 'AmazonBedrock%' THEN 'Generative AI'
        WHEN $code IN ('CodeBuild', 'AWSCodePipeline')
            THEN 'Continuous Integration and Deployment'
        WHEN $code IN ('AWSDatabaseMigrationSvc', 'AWSDataSync')
            THEN 'Data Migration'
        WHEN $code IN ('AmazonWorkSpaces') THEN 'End User Computing'
        WHEN $code IN ('AWSIoT') THEN 'Other (Internet of Things)'
        ELSE 'Other (Other)'
    END
