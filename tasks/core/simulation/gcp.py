"""The company at Google Cloud: three projects, billed in US dollars."""

from tasks.core.simulation.catalogue import (
    GCP,
    Cloud,
    read_accounts,
    read_regions,
    read_services,
    read_skus,
)

ACCOUNTS = """
nordwind-analytics | Analytics     | data | europe-west3 europe-west1 | production | Daten
nordwind-recommend | Empfehlungen  | web ml | europe-west3            | production | Research
nordwind-sandbox   | Sandbox       | dev  | europe-west3              | development | Research
"""  # noqa: E501 - a line per price, account or region

REGIONS = """
europe-west3      | Frankfurt      | 115
europe-west1      | Belgium        | 100
us-central1       | Iowa           | 91
asia-east1        | Taiwan         | 105
global            | Global         | 100
"""

SERVICES = """
6F81-5844-456A | Compute Engine       | Compute
24E6-581D-38E5 | BigQuery             | Analytics
95FF-2EF5-5EA1 | Cloud Storage        | Storage
9662-B51E-5089 | Cloud SQL            | Databases
CCD8-9BF1-090E | Kubernetes Engine    | Compute
152E-C115-5142 | Cloud Run            | Compute
A1E8-BE35-7EBC | Cloud Pub/Sub        | Integration
E505-1604-58F8 | Networking           | Networking
5490-F7B7-8DF6 | Cloud Logging        | Management and Governance
C7E2-9256-1C43 | Vertex AI            | AI and Machine Learning
"""

SKUS = """
6F81-5844-456A|instance|N2 Instance:n2-standard-4|hour|0.1942|24|steady|0|0|web data|5
24E6-581D-38E5|dataset|Analysis|tebibyte|6.25|7|office|16|25|data ml|2
95FF-2EF5-5EA1|bucket|Standard Storage|gibibyte month|0.02|1100|storage|1|35|web data ml|2
9662-B51E-5089|database|Cloud SQL for PostgreSQL: Zonal - vCPU|hour|0.0413|96|steady|1|5|web data|1
6F81-5844-456A|instance|N2 Instance:n2-standard-8|hour|0.3885|24|steady|0|0|data|2
6F81-5844-456A|instance|N2 Instance:n2-standard-2|hour|0.0971|24|steady|0|0|web dev|3
6F81-5844-456A|volume|Storage PD:pd-ssd|gibibyte month|0.17|9|steady|0|0|web data dev|3
C7E2-9256-1C43|model|Online Prediction n1-standard-4|hour|0.2186|110|traffic|7|30|ml|2
152E-C115-5142|service|CPU Allocation Time|second|0.000024|420000|traffic|8|20|web ml|1
A1E8-BE35-7EBC|topic|Message Delivery Basic|tebibyte|40|0.6|traffic|6|15|web data|1
E505-1604-58F8|transfer|Network Internet Egress|gibibyte|0.085|230|traffic|7|15|web data|1
5490-F7B7-8DF6|log_group|Log Storage cost|gibibyte|0.50|24|office|9|15|web data ml dev|1
6F81-5844-456A|instance|E2 Instance:e2-standard-4|hour|0.1340|19|autoscaled|5|10|ml data|3
6F81-5844-456A|instance|E2 Instance:e2-standard-2|hour|0.0670|24|workhours|2|0|dev web|2
6F81-5844-456A|instance|N1 Instance:n1-standard-4|hour|0.19|24|steady|0|0|data|1
CCD8-9BF1-090E|cluster|Zonal Kubernetes Clusters|hour|0.10|24|steady|0|0|web data|1
6F81-5844-456A|address|Static Ip Charge|hour|0.01|24|steady|0|0|web dev|2
24E6-581D-38E5|dataset|Active Logical Storage|gibibyte month|0.02|1500|storage|1|40|data|1
"""  # noqa: E501 - a line per price, account or region

SERVICE_LIST = read_services(SERVICES)

CLOUD = Cloud(
    provider=GCP,
    billing_account_id="01A2B3-C4D5E6-F7A8B9",
    billing_account_name="Nordwind Handels GmbH",
    currency="USD",
    discount_pct=5,
    tax_pct=19,
    share=0.18,
    accounts=read_accounts(ACCOUNTS),
    regions=read_regions(REGIONS),
    skus=read_skus(SKUS, SERVICE_LIST),
)
