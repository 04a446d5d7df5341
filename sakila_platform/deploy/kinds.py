"""Every kind of thing that the inventory may declare, in the order in which they are made; they go in the other."""

from __future__ import annotations

from collections.abc import Mapping

from sakila_platform.deploy.engine import ResourceKind
from sakila_platform.deploy.kind_names import (
    ALARM,
    BUCKET,
    CONNECTION,
    CRAWLER,
    DASHBOARD,
    DATA_SET,
    DATA_SOURCE,
    DATABASE,
    DATABASE_PARAMETERS,
    DATABASE_SERVER,
    DATABASE_SUBNETS,
    FUNCTION,
    JOB,
    LOG_GROUP,
    POLICY,
    QUEUE,
    REDSHIFT_NAMESPACE,
    REDSHIFT_WORKGROUP,
    RELEASE,
    ROLE,
    RULE,
    SCHEDULE,
    SCHEDULE_GROUP,
    SECRET,
    SPARK_APPLICATION,
    TABLE,
    TOPIC,
    TRIGGER,
    WORKFLOW,
    WORKGROUP,
)
from sakila_platform.deploy.release import releases
from sakila_platform.deploy.services import (
    athena,
    dashboards,
    emr_serverless,
    functions,
    messaging,
    rds,
    redshift_serverless,
    s3,
    schedules,
    watching,
)
from sakila_platform.deploy.services.glue import crawlers as glue_crawlers
from sakila_platform.deploy.services.glue import data_catalog
from sakila_platform.deploy.services.glue import jobs as glue_jobs
from sakila_platform.deploy.services.glue import workflow as glue_workflow
from sakila_platform.deploy.services.security import iam, iam_policies, secrets

# Dagster publishes the same dashboards under the same names: one set of them for an account.
_QUICKSIGHT = "sakila-"
_ALL = (
    ResourceKind(
        BUCKET, s3.describe_bucket, s3.ensure_bucket, s3.delete_bucket, s3.names_of_buckets, held=s3.held_by_bucket
    ),
    ResourceKind(
        RELEASE,
        releases.describe_release,
        releases.ensure_release,
        releases.delete_release,
        releases.names_of_releases,
    ),
    ResourceKind(
        SECRET,
        secrets.describe_secret,
        secrets.ensure_secret,
        secrets.delete_secret,
        secrets.names_of_secrets,
        held=secrets.held_by_secret,
    ),
    ResourceKind(
        DATABASE_SUBNETS,
        rds.describe_subnets,
        rds.ensure_subnets,
        rds.delete_subnets,
        rds.names_of_subnets,
        held=rds.held_by_surroundings,
    ),
    ResourceKind(
        DATABASE_PARAMETERS,
        rds.describe_parameters,
        rds.ensure_parameters,
        rds.delete_parameters,
        rds.names_of_parameters,
        held=rds.held_by_surroundings,
    ),
    ResourceKind(
        DATABASE_SERVER,
        rds.describe_server,
        rds.ensure_server,
        rds.delete_server,
        rds.names_of_servers,
        held=rds.held_by_server,
    ),
    ResourceKind(
        TOPIC, messaging.describe_topic, messaging.ensure_topic, messaging.delete_topic, messaging.names_of_topics
    ),
    ResourceKind(
        QUEUE, messaging.describe_queue, messaging.ensure_queue, messaging.delete_queue, messaging.names_of_queues
    ),
    ResourceKind(ROLE, iam.describe_role, iam.ensure_role, iam.delete_role, iam.names_of_roles),
    ResourceKind(
        POLICY,
        iam_policies.describe_policy,
        iam_policies.ensure_policy,
        iam_policies.delete_policy,
        iam_policies.names_of_policies,
    ),
    ResourceKind(
        CONNECTION,
        glue_jobs.describe_connection,
        glue_jobs.ensure_connection,
        glue_jobs.delete_connection,
        glue_jobs.names_of_connections,
    ),
    ResourceKind(JOB, glue_jobs.describe_job, glue_jobs.ensure_job, glue_jobs.delete_job, glue_jobs.names_of_jobs),
    ResourceKind(
        DATABASE,
        data_catalog.describe_database,
        data_catalog.ensure_database,
        data_catalog.delete_database,
        data_catalog.names_of_databases,
        is_named_by_environment=False,
        has_own_names=False,
    ),
    ResourceKind(
        TABLE,
        data_catalog.describe_table,
        data_catalog.ensure_table,
        data_catalog.delete_table,
        data_catalog.names_of_tables,
    ),
    ResourceKind(
        CRAWLER,
        glue_crawlers.describe_crawler,
        glue_crawlers.ensure_crawler,
        glue_crawlers.delete_crawler,
        glue_crawlers.names_of_crawlers,
    ),
    ResourceKind(
        WORKFLOW,
        glue_workflow.describe_workflow,
        glue_workflow.ensure_workflow,
        glue_workflow.delete_workflow,
        glue_workflow.names_of_workflows,
    ),
    ResourceKind(
        TRIGGER,
        glue_workflow.describe_trigger,
        glue_workflow.ensure_trigger,
        glue_workflow.delete_trigger,
        glue_workflow.names_of_triggers,
    ),
    ResourceKind(
        WORKGROUP,
        athena.describe_workgroup,
        athena.ensure_workgroup,
        athena.delete_workgroup,
        athena.names_of_workgroups,
    ),
    ResourceKind(
        SPARK_APPLICATION,
        emr_serverless.describe_application,
        emr_serverless.ensure_application,
        emr_serverless.delete_application,
        emr_serverless.names_of_applications,
    ),
    ResourceKind(
        REDSHIFT_NAMESPACE,
        redshift_serverless.describe_namespace,
        redshift_serverless.ensure_namespace,
        redshift_serverless.delete_namespace,
        redshift_serverless.names_of_namespaces,
        held=redshift_serverless.held_by_namespace,
    ),
    ResourceKind(
        REDSHIFT_WORKGROUP,
        redshift_serverless.describe_workgroup,
        redshift_serverless.ensure_workgroup,
        redshift_serverless.delete_workgroup,
        redshift_serverless.names_of_workgroups,
    ),
    ResourceKind(
        LOG_GROUP,
        watching.describe_log_group,
        watching.ensure_log_group,
        watching.delete_log_group,
        watching.names_of_log_groups,
        before_prefix="/aws/lambda/",
    ),
    ResourceKind(
        FUNCTION,
        functions.describe_function,
        functions.ensure_function,
        functions.delete_function,
        functions.names_of_functions,
    ),
    ResourceKind(
        SCHEDULE_GROUP,
        schedules.describe_group,
        schedules.ensure_group,
        schedules.delete_group,
        schedules.names_of_groups,
    ),
    ResourceKind(
        SCHEDULE,
        schedules.describe_schedule,
        schedules.ensure_schedule,
        schedules.delete_schedule,
        schedules.names_of_schedules,
    ),
    ResourceKind(
        DATA_SOURCE,
        dashboards.describe_data_source,
        dashboards.ensure_data_source,
        dashboards.delete_data_source,
        dashboards.names_of_data_sources,
        before_prefix=_QUICKSIGHT,
        is_named_by_environment=False,
    ),
    ResourceKind(
        DATA_SET,
        dashboards.describe_data_set,
        dashboards.ensure_data_set,
        dashboards.delete_data_set,
        dashboards.names_of_data_sets,
        before_prefix=_QUICKSIGHT,
        is_named_by_environment=False,
    ),
    ResourceKind(
        DASHBOARD,
        dashboards.describe_dashboard,
        dashboards.ensure_dashboard,
        dashboards.delete_dashboard,
        dashboards.names_of_dashboards,
        before_prefix=_QUICKSIGHT,
        is_named_by_environment=False,
    ),
    ResourceKind(RULE, watching.describe_rule, watching.ensure_rule, watching.delete_rule, watching.names_of_rules),
    ResourceKind(
        ALARM, watching.describe_alarm, watching.ensure_alarm, watching.delete_alarm, watching.names_of_alarms
    ),
)
KINDS: Mapping[str, ResourceKind] = {kind.name: kind for kind in _ALL}


def kinds(with_quicksight: bool) -> Mapping[str, ResourceKind]:
    """Every kind; those of QuickSight only where it is used, for an account without it refuses to be asked."""
    return {name: kind for name, kind in KINDS.items() if with_quicksight or kind.before_prefix != _QUICKSIGHT}
