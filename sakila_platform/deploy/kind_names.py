"""What the kinds of things are called, in plans and in declarations. Pure."""

from __future__ import annotations

BUCKET, RELEASE, SECRET = "bucket", "release", "secret"
DATABASE_SERVER = "database server"
DATABASE_SUBNETS, DATABASE_PARAMETERS = "database subnets", "database parameters"
TOPIC, QUEUE, ROLE, POLICY, LOG_GROUP = "topic", "queue", "role", "policy", "log group"
CONNECTION, JOB, CRAWLER = "glue connection", "glue job", "glue crawler"
DATABASE, TABLE = "glue database", "glue table"
WORKFLOW, TRIGGER, WORKGROUP = "glue workflow", "glue trigger", "athena workgroup"
SPARK_APPLICATION = "emr serverless application"
REDSHIFT_NAMESPACE, REDSHIFT_WORKGROUP = "redshift namespace", "redshift workgroup"
FUNCTION, SCHEDULE_GROUP, SCHEDULE = "lambda function", "schedule group", "schedule"
RULE, ALARM = "event rule", "alarm"
DATA_SOURCE, DATA_SET, DASHBOARD = "quicksight data source", "quicksight data set", "quicksight dashboard"
