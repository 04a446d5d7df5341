"""The platform in an AWS account."""

from __future__ import annotations

from sakila_platform.settings.setting import Setting
from sakila_platform.settings.values import identifiers, matching, plain_text, whole_number

AWS_REGION = Setting(
    "SAKILA_AWS_REGION",
    "us-east-1",
    "AWS region that `deploy` and `query athena` work in",
    matching(r"[a-z]{2}(-[a-z]+)+-[0-9]", "give a region, such as us-east-1"),
)
COMPUTE = Setting(
    "SAKILA_COMPUTE",
    "local",
    "what works on stage, final and warehouse: local (Dagster's own process) or glue (jobs that Dagster starts)",
    matching("local|glue", "give local or glue"),
)
ENVIRONMENT = Setting(
    "SAKILA_ENVIRONMENT",
    "prod",
    "the environment of `deploy` whose Glue jobs and crawlers Dagster starts, and that metrics are labelled with",
    matching(r"[a-z][a-z0-9]{0,11}", "give the name that `deploy apply --env` was given, such as prod"),
)
METRICS_NAMESPACE = Setting(
    "SAKILA_METRICS_NAMESPACE",
    "",
    "CloudWatch namespace for metrics: rows and seconds of each layer (empty: none are sent)",
    matching(r"([A-Za-z][A-Za-z0-9_./#-]{0,254})?", "give a name such as Sakila, not beginning with AWS/"),
)
CONDUCTOR = Setting(
    "SAKILA_CONDUCTOR",
    "glue",
    "who starts the day in AWS: glue (the workflow's own trigger) or dagster",
    matching("glue|dagster", "give glue or dagster"),
)
SUBNETS = Setting(
    "SAKILA_SUBNETS",
    "",
    "VPC subnets, comma-separated, for RDS, Glue and Lambda (empty: outside of a VPC)",
    identifiers(r"subnet-[0-9a-f]{8,17}", "give subnets such as subnet-0123456789abcdef0, separated by commas"),
)
SECURITY_GROUPS = Setting(
    "SAKILA_SECURITY_GROUPS",
    "",
    "security groups of those, comma-separated",
    identifiers(r"sg-[0-9a-f]{8,17}", "give groups such as sg-0123456789abcdef0, separated by commas"),
)
DATABASE_CLASS = Setting(
    "SAKILA_DATABASE_CLASS",
    "db.t4g.small",
    "size of the RDS server that `deploy` makes when SAKILA_MYSQL_URL is empty",
    matching(r"db\.[a-z0-9]+\.[a-z0-9]+", "give a class, such as db.t4g.small"),
)
MYSQL_SECRET = Setting(
    "SAKILA_MYSQL_SECRET",
    "",
    "Secrets Manager secret with the username and password for SAKILA_MYSQL_URL, for a Lambda function",
    plain_text,
)
GLUE_WORKERS = Setting("SAKILA_GLUE_WORKERS", "2", "Glue workers (G.1X) of a job", whole_number(2, 299))
GLUE_DATABASE_PREFIX = Setting(
    "SAKILA_GLUE_DATABASE_PREFIX",
    "",
    "prefix of Glue database names, for several environments in one account",
    matching(r"([a-z][a-z0-9_]{0,30})?", "give lower-case letters, digits and _, such as test_"),
)
ATHENA_WORKGROUP = Setting(
    "SAKILA_ATHENA_WORKGROUP", "primary", "Athena workgroup that `query athena` and dbt ask", plain_text
)
ATHENA_SCAN_LIMIT_GIGABYTES = Setting(
    "SAKILA_ATHENA_SCAN_LIMIT_GIGABYTES",
    "100",
    "most gigabytes that one Athena query may scan",
    whole_number(1, 7_000_000),
)
ALARM_EMAIL = Setting("SAKILA_ALARM_EMAIL", "", "address that alarms are mailed to, after confirming once", plain_text)
