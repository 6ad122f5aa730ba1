-- The FOCUS service category that a service subcategory belongs to.
--
-- params: subcategory
SELECT
    CASE
        WHEN list_contains([
            'AI Platforms', 'Bots', 'Generative AI', 'Machine Learning',
            'Natural Language Processing'
        ], $subcategory) THEN 'AI and Machine Learning'
        WHEN list_contains([
            'Analytics Platforms', 'Business Intelligence', 'Data Processing',
            'Search', 'Streaming Analytics'
        ], $subcategory) THEN 'Analytics'
        WHEN list_contains([
            'Productivity and Collaboration'
        ], $subcategory) THEN 'Business Applications'
        WHEN list_contains([
            'Containers', 'End User Computing', 'Quantum Compute',
            'Serverless Compute', 'Virtual Machines'
        ], $subcategory) THEN 'Compute'
        WHEN list_contains([
            'Caching', 'Data Warehouses', 'Ledger Databases', 'NoSQL Databases',
            'Relational Databases', 'Time Series Databases'
        ], $subcategory) THEN 'Databases'
        WHEN list_contains([
            'Continuous Integration and Deployment', 'Developer Platforms',
            'Development Environments', 'Quality Assurance', 'Source Code Management'
        ], $subcategory) THEN 'Developer Tools'
        WHEN list_contains([
            'Identity and Access Management'
        ], $subcategory) THEN 'Identity'
        WHEN list_contains([
            'API Management', 'Messaging', 'Workflow Orchestration'
        ], $subcategory) THEN 'Integration'
        WHEN list_contains([
            'IoT Analytics', 'IoT Platforms'
        ], $subcategory) THEN 'Internet of Things'
        WHEN list_contains([
            'Architecture', 'Compliance', 'Cost Management', 'Data Governance',
            'Disaster Recovery', 'Endpoint Management', 'Observability', 'Support'
        ], $subcategory) THEN 'Management and Governance'
        WHEN list_contains([
            'Content Creation', 'Gaming', 'Media Streaming', 'Mixed Reality'
        ], $subcategory) THEN 'Media'
        WHEN list_contains([
            'Data Migration', 'Resource Migration'
        ], $subcategory) THEN 'Migration'
        WHEN list_contains([
            'Multicloud Integration'
        ], $subcategory) THEN 'Multicloud'
        WHEN list_contains([
            'Application Networking', 'Content Delivery', 'Network Connectivity',
            'Network Infrastructure', 'Network Routing', 'Network Security'
        ], $subcategory) THEN 'Networking'
        WHEN list_contains([
            'Secret Management', 'Security Posture Management',
            'Threat Detection and Response'
        ], $subcategory) THEN 'Security'
        WHEN list_contains([
            'Backup Storage', 'Block Storage', 'File Storage', 'Object Storage',
            'Storage Platforms'
        ], $subcategory) THEN 'Storage'
        WHEN list_contains([
            'Application Platforms'
        ], $subcategory) THEN 'Web'
        ELSE coalesce(
            nullif(regexp_extract($subcategory, '^Other \((.+)\)$', 1), ''), 'Other'
        )
    END
