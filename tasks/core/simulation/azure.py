"""The company at Azure: an enterprise agreement, billed in euros."""

from tasks.core.simulation.catalogue import (
    AZURE,
    Cloud,
    read_accounts,
    read_regions,
    read_services,
    read_skus,
)

ACCOUNTS = """
0b7c1f52-7f0e-4e0c-9d6e-3f2a51c0a101 | erp-production | web data | westeurope northeurope | production | Finanzen
5d1e9a34-22b8-4c59-8a1f-90c7e6b2d202 | intranet       | front shared | westeurope         | production | Intern
c83f0d76-64a1-47d2-b3ce-17d8f4a9e303 | erp-test       | dev      | westeurope             | development | Finanzen
"""  # noqa: E501 - a line per price, account or region

REGIONS = """
westeurope  | West Europe    | 100
northeurope | North Europe   | 95
eastus      | East US        | 88
brazilsouth | Brazil South   | 150
global      | Global         | 100
"""

SERVICES = """
Microsoft.Compute           | Virtual Machines          | Compute
Microsoft.Storage           | Storage Accounts          | Storage
Microsoft.Sql               | Azure SQL Database        | Databases
Microsoft.Web               | Azure App Service         | Compute
Microsoft.ContainerService  | Azure Kubernetes Service  | Compute
Microsoft.DocumentDB        | Azure Cosmos DB           | Databases
Microsoft.Network           | Virtual Network           | Networking
Microsoft.OperationalInsights | Log Analytics           | Management and Governance
Microsoft.KeyVault          | Key Vault                 | Security
Microsoft.CognitiveServices | Azure OpenAI              | AI and Machine Learning
Microsoft.DataFactory       | Data Factory              | Integration
Microsoft.Cdn               | Azure Front Door          | Networking
"""

SKUS = """
Microsoft.Compute|instance|Virtual Machines:Standard_D4s_v5|1 Hour|0.212|24|steady|0|0|web data shared|6
Microsoft.Compute|instance|Virtual Machines:Standard_D2s_v5|1 Hour|0.106|24|steady|0|0|web shared dev|4
Microsoft.Sql|database|General Purpose vCore|1 Hour|0.1373|96|steady|1|5|web data|2
Microsoft.Storage|bucket|Hot LRS Data Stored|1 GB/Month|0.0184|700|storage|1|30|web data shared|2
Microsoft.Compute|volume|Premium SSD:P20|1/Month|67.5|0.033|steady|0|0|web data dev|3
Microsoft.OperationalInsights|workspace|Analytics Logs Data Ingestion|1 GB|2.533|9|office|10|15|web data shared dev|1
Microsoft.Web|app|P1v3 App|1 Hour|0.17|24|steady|0|0|front shared|2
Microsoft.Compute|instance|Virtual Machines:Standard_D8s_v5|1 Hour|0.424|24|steady|0|0|data|2
Microsoft.ContainerService|cluster|Standard Uptime SLA|1 Hour|0.092|24|steady|0|0|web|1
Microsoft.DocumentDB|table|100 RU/s|1/Hour|0.0074|1300|traffic|6|20|web front|1
Microsoft.Network|transfer|Standard Data Transfer Out|1 GB|0.0736|240|traffic|7|10|web front|1
Microsoft.CognitiveServices|model|GPT-4o Input Tokens|1K|0.0023|9000|office|15|70|front data|1
Microsoft.DataFactory|job|Cloud Data Movement|1 DIU Hour|0.23|60|monthend|9|10|data|1
Microsoft.Compute|instance|Virtual Machines:Standard_D4s_v3|1 Hour|0.221|24|steady|0|0|data|1
Microsoft.Compute|instance|Virtual Machines:Standard_D2s_v3|1 Hour|0.1105|24|workhours|2|0|dev|2
Microsoft.Compute|instance|Virtual Machines:Standard_B2ms|1 Hour|0.0828|24|workhours|2|0|dev|2
Microsoft.Network|address|Standard IPv4 Static Public IP|1 Hour|0.0046|24|steady|0|0|web dev|2
Microsoft.KeyVault|key|Operations|10K|0.0276|160|office|8|5|shared web|1
Microsoft.Cdn|global|Standard Data Transfer Out|1 GB|0.0764|300|traffic|6|15|front|1
"""  # noqa: E501 - a line per price, account or region

SERVICE_LIST = read_services(SERVICES)

CLOUD = Cloud(
    provider=AZURE,
    billing_account_id="85327164",
    billing_account_name="Nordwind Handels GmbH",
    currency="EUR",
    discount_pct=10,
    tax_pct=0,
    share=0.22,
    accounts=read_accounts(ACCOUNTS),
    regions=read_regions(REGIONS),
    skus=read_skus(SKUS, SERVICE_LIST),
)
