"""The company at AWS: payer, accounts and a price list in US dollars."""

from dataclasses import replace

from tasks.core.simulation import identity
from tasks.core.simulation.catalogue import (
    AWS,
    Cloud,
    read_accounts,
    read_regions,
    read_services,
    read_skus,
)

ACCOUNTS = """
204813579246 | shop-production    | web front | eu-central-1 us-east-1 | production | Shop
315924680357 | data-platform      | data      | eu-central-1 eu-west-1 | production | Daten
426035791468 | shop-staging       | web       | eu-central-1           | staging    | Shop
537146802579 | development        | dev       | eu-central-1           | development | Core
648257913680 | research           | ml        | us-east-1 eu-west-1    | research   | Research
759368024791 | shared-services    | shared    | eu-central-1           | production | Plattform
"""  # noqa: E501 - a line per price, account or region

REGIONS = """
us-east-1    | US East (N. Virginia)  | 100
us-west-2    | US West (Oregon)       | 100
eu-west-1    | EU (Ireland)           | 110
eu-central-1 | EU (Frankfurt)         | 120
ap-south-1   | Asia Pacific (Mumbai)  | 105
global       | Any                    | 100
"""

SERVICES = """
AmazonEC2         | Amazon Elastic Compute Cloud           | Compute
AmazonRDS         | Amazon Relational Database Service     | Databases
AmazonS3          | Amazon Simple Storage Service          | Storage
AWSLambda         | AWS Lambda                             | Compute
AmazonCloudFront  | Amazon CloudFront                      | Networking
AmazonDynamoDB    | Amazon DynamoDB                        | Databases
AWSELB            | Elastic Load Balancing                 | Networking
AmazonCloudWatch  | AmazonCloudWatch                       | Management and Governance
AWSDataTransfer   | AWS Data Transfer                      | Networking
AmazonVPC         | Amazon Virtual Private Cloud           | Networking
AmazonEKS         | Amazon Elastic Container Service for Kubernetes | Compute
AmazonRedshift    | Amazon Redshift                        | Analytics
AmazonSageMaker   | Amazon SageMaker                       | AI and Machine Learning
AmazonElastiCache | Amazon ElastiCache                     | Databases
AmazonES          | Amazon OpenSearch Service              | Analytics
AWSGlue           | AWS Glue                               | Analytics
AmazonAthena      | Amazon Athena                          | Analytics
AWSQueueService   | Amazon Simple Queue Service            | Integration
awskms            | AWS Key Management Service             | Security
AmazonBedrock     | Amazon Bedrock                         | AI and Machine Learning
"""

SKUS = """
AmazonEC2|instance|BoxUsage:m5.xlarge|Hrs|0.192|24|steady|0|0|web data shared|8
AmazonEC2|instance|BoxUsage:m5.large|Hrs|0.096|24|steady|0|0|web shared dev data|6
AmazonRDS|database|InstanceUsage:db.r5.large|Hrs|0.24|24|steady|0|0|web data|2
AmazonS3|bucket|TimedStorage-ByteHrs|GB-Mo|0.023|900|storage|1|35|web data ml shared dev|3
AmazonEC2|instance|BoxUsage:c5.xlarge|Hrs|0.17|19|autoscaled|4|10|web data|6
AmazonEC2|volume|EBS:VolumeUsage.gp3|GB-Mo|0.08|12|steady|0|0|web data shared dev ml|7
AmazonEC2|volume|EBS:VolumeUsage.gp2|GB-Mo|0.10|10|steady|0|0|web data dev|5
AWSLambda|function|Lambda-GB-Second|seconds|0.00001667|900000|traffic|6|25|web front shared|3
AWSDataTransfer|transfer|DataTransfer-Out-Bytes|GB|0.09|260|traffic|7|15|web data|2
AmazonCloudFront|global|DataTransfer-Out-Bytes|GB|0.085|520|traffic|5|20|front|2
AmazonEC2|instance|BoxUsage:m5.2xlarge|Hrs|0.384|24|steady|0|0|data ml|3
AmazonDynamoDB|table|WriteRequestUnits|WriteRequestUnits|0.00000125|16000000|traffic|6|20|web data|2
AWSELB|load_balancer|LoadBalancerUsage|Hrs|0.0225|24|steady|0|0|web shared|2
AWSELB|load_balancer|LCUUsage|LCU-Hrs|0.008|900|traffic|8|10|web|1
AmazonCloudWatch|log_group|DataProcessing-Bytes|GB|0.50|22|office|9|20|web data dev shared ml|2
AmazonSageMaker|notebook|Train:ml.g4dn.xlarge|Hrs|0.736|60|office|18|30|ml|3
AmazonEC2|instance|BoxUsage:g4dn.xlarge|Hrs|0.526|19|autoscaled|8|10|ml|3
AmazonEC2|instance|BoxUsage:t3.medium|Hrs|0.0416|24|workhours|2|0|dev|5
AmazonEC2|instance|BoxUsage:m4.large|Hrs|0.10|24|steady|0|0|data shared|2
AmazonEC2|instance|BoxUsage:m4.xlarge|Hrs|0.20|24|steady|0|0|data|1
AmazonEC2|instance|BoxUsage:r5.xlarge|Hrs|0.252|24|steady|0|0|data|2
AmazonEC2|instance|BoxUsage:r5.large|Hrs|0.126|24|steady|0|0|data shared|2
AmazonEC2|instance|BoxUsage:c5.large|Hrs|0.085|24|steady|0|0|web dev|3
AmazonEC2|instance|SpotUsage:c5.xlarge|Hrs|0.0714|19|autoscaled|9|0|ml data|3
AmazonVPC|nat_gateway|NatGateway-Bytes|GB|0.045|480|traffic|6|10|web data shared|1
AmazonVPC|address|PublicIPv4:InUseAddress|Hrs|0.005|24|steady|0|0|web shared|2
AmazonVPC|address|PublicIPv4:IdleAddress|Hrs|0.005|24|steady|0|0|web dev data|2
AmazonEKS|cluster|AmazonEKS-Hours:perCluster|Hours|0.10|24|steady|0|0|web data|1
AmazonRedshift|cluster|Node:ra3.xlplus|Hrs|1.086|24|steady|0|0|data|2
AmazonRDS|database|InstanceUsage:db.m5.large|Hrs|0.171|24|workhours|2|0|dev shared|2
AmazonRDS|database|RDS:StorageIOUsage|IOs|0.0000002|90000000|office|8|15|web data|1
AmazonElastiCache|cache|NodeUsage:cache.r5.large|Hrs|0.216|24|steady|0|0|web|2
AmazonES|domain|ESInstance:r5.large|Hrs|0.186|24|steady|0|0|shared data|2
AWSGlue|job|ETL-DPU-Hour|DPU-Hour|0.44|90|monthend|10|10|data|2
AmazonAthena|workgroup|DataScannedInTB|Terabytes|5.00|5|office|20|25|data ml|1
AmazonS3|bucket|Requests-Tier1|Requests|0.000005|2400000|traffic|7|15|web data|1
AWSQueueService|queue|Requests|Requests|0.0000004|22000000|traffic|6|10|web shared|1
awskms|key|KMS-Requests|Requests|0.000003|1600000|office|7|5|shared web|1
AmazonBedrock|model|Input-Tokens:claude|1K tokens|0.003|6500|office|14|60|ml|1
AmazonEC2|instance|BoxUsage:t3.large|Hrs|0.0832|24|workhours|2|0|dev ml|2
"""  # noqa: E501 - a line per price, account or region

SERVICE_LIST = read_services(SERVICES)

CLOUD = Cloud(
    provider=AWS,
    billing_account_id="102702468135",
    billing_account_name="Nordwind Handels GmbH",
    currency="USD",
    discount_pct=7,
    tax_pct=19,
    share=0.60,
    accounts=read_accounts(ACCOUNTS),
    regions=read_regions(REGIONS),
    skus=read_skus(SKUS, SERVICE_LIST),
)


def grown(cloud: Cloud, count: int) -> Cloud:
    """Return the company with at least so many accounts, the new ones like the old.

    Examples:
        >>> [account.name for account in grown(CLOUD, 8).accounts[6:]]
        ['shop-production-2', 'data-platform-2']
    """
    own = cloud.accounts
    more = [
        replace(
            own[number % len(own)],
            sub_account_id=f"{8 * 10**11 + identity.mix(number) % 10**11}",
            name=f"{own[number % len(own)].name}-{number // len(own) + 1}",
        )
        for number in range(len(own), count)
    ]
    return replace(cloud, accounts=(*own, *more))
