-- The FOCUS service category that a service subcategory belongs to.
--
-- params: subcategory
SELECT
    CASE
        WHEN $subcategory IN (
            'AI Platforms', 'Bots', 'Generative AI', 'Machine Learning',
            'Natural Language Processing'
        ) THEN 'AI and Machine Learning'
        WHEN $subcategory IN (
            'Analytics Platforms', 'Business Intelligence', 'Data Processing',
            'Search', 'Streaming Analytics'
        ) THEN 'Analytics'
        WHEN $subcategory IN (
            'Productivity and Collaboration'
        ) THEN 'Business Applications'
        WHEN $subcategory IN (
            'Containers', 'End User Computing', 'Quantum Compute',
            'Serverless Compute', 'Virtual Machines'
        ) THEN 'Compute'
        WHEN $subcategory IN (
            'Caching', 'Data Warehouses', 'Ledger Databases', 'NoSQL Databases',
            'Relational Databases', 'Time Series Databases'
        ) THEN 'Databases'
        WHEN $subcategory IN (
            'Continuous Integration and Deployment', 'Developer Platforms',
            'Development Environments', 'Quality Assurance', 'Source Code Management'
        ) THEN 'Developer Tools'
        WHEN $subcategory IN (
            'Identity and Access Management'
        ) THEN 'Identity'
        WHEN $subcategory IN (
            'API Management', 'Messaging', 'Workflow Orchestration'
        ) THEN 'Integration'
        WHEN $subcategory IN (
            'IoT Analytics', 'IoT Platforms'
        ) THEN 'Internet of Things'
        WHEN $subcategory IN (
            'Architecture', 'Compliance', 'Cost Management', 'Data Governance',
            'Disaster Recovery', 'Endpoint Management', 'Observability', 'Support'
        ) THEN 'Management and Governance'
        WHEN $subcategory IN (
            'Content Creation', 'Gaming', 'Media Streaming', 'Mixed Reality'
        ) THEN 'Media'
        WHEN $subcategory IN (
            'Data Migration', 'Resource Migration'
        ) THEN 'Migration'
        WHEN $subcategory IN (
            'Multicloud Integration'
        ) THEN 'Multicloud'
        WHEN $subcategory IN (
            'Application Networking', 'Content Delivery', 'Network Connectivity',
            'Network Infrastructure', 'Network Routing', 'Network Security'
        ) THEN 'Networking'
        WHEN $subcategory IN (
            'Secret Management', 'Security Posture Management',
            'Threat Detection and Response'
        ) THEN 'Security'
        WHEN $subcategory IN (
            'Backup Storage', 'Block Storage', 'File Storage', 'Object Storage',
            'Storage Platforms'
        ) THEN 'Storage'
        WHEN $subcategory IN (
            'Application Platforms'
        ) THEN 'Web'
        ELSE coalesce(
            nullif(regexp_extract($subcategory, '^Other \((.+)\)$', 1), ''), 'Other'
        )
    END
