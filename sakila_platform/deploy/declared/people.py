"""What is declared for people and machines of the team's own: policies to be given to them. Pure."""

from __future__ import annotations

from sakila_platform.deploy.declarations import Declaration
from sakila_platform.deploy.declared.data_catalog import MARTS, database_names, folders_of
from sakila_platform.deploy.declared.engines import engines_conducting
from sakila_platform.deploy.declared.jobs import METRICS
from sakila_platform.deploy.declared.storage import QUERY_RESULTS, TEMPORARY
from sakila_platform.deploy.environment import Environment
from sakila_platform.deploy.kind_names import POLICY
from sakila_platform.deploy.policies import (
    Statement,
    list_bucket,
    policy,
    read_keys,
    read_secrets,
    write_keys,
    write_metrics,
)
from sakila_platform.deploy.tags import TAGS

_READ_CATALOGUE = (
    "glue:GetDatabase",
    "glue:GetDatabases",
    "glue:GetTable",
    "glue:GetTables",
    "glue:GetPartition",
    "glue:GetPartitions",
    "glue:BatchGetPartition",
)
_WRITE_MARTS = ("glue:CreateTable", "glue:UpdateTable", "glue:DeleteTable", "glue:BatchDeleteTableVersion")
_ASK = (
    "athena:StartQueryExecution",
    "athena:StopQueryExecution",
    "athena:GetQueryExecution",
    "athena:GetQueryResults",
    "athena:GetQueryResultsStream",
    "athena:GetWorkGroup",
)


def people(environment: Environment) -> list[Declaration]:
    """One policy to conduct (where Dagster and dbt run), one to ask (analysts)."""
    return [
        _of(environment, "conduct", "Dagster and dbt: start jobs and crawlers, keep marts.", _conducting(environment)),
        _of(environment, "ask", "Analysts: ask Athena, and read what it reads.", _asking(environment)),
    ]


def _conducting(environment: Environment) -> list[Statement]:
    jobs, crawlers = (environment.arn("glue", f"{kind}/{environment.prefix}*") for kind in ("job", "crawler"))
    servers = (environment.oltp, environment.warehouse or environment.oltp)
    logins = dict.fromkeys(environment.secret_arn(address) for address in servers)
    run = ("glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun")
    marts = environment.glue_database(MARTS)
    topic = environment.arn("sns", environment.called("alarms"))
    return [
        Statement("RunJobs", run, (jobs,)),
        Statement("RunCrawlers", ("glue:StartCrawler", "glue:GetCrawler", "glue:ListCrawls"), (crawlers,)),
        read_keys(environment, "lake/", QUERY_RESULTS, TEMPORARY),
        write_keys(environment, "lake/", QUERY_RESULTS, TEMPORARY),
        *list_bucket(environment, "lake/", QUERY_RESULTS, TEMPORARY),
        _ask(environment),
        _read_catalogue(environment),
        Statement("KeepMarts", _WRITE_MARTS, _tables(environment, (marts,))),
        read_secrets(*logins),
        Statement("Tell", ("sns:Publish",), (topic,)),
        write_metrics(METRICS),
        *engines_conducting(environment),
    ]


def _asking(environment: Environment) -> list[Statement]:
    layers = tuple(folder for folder in folders_of(environment) if folder != "lake/stage/")
    return [
        _ask(environment),
        _read_catalogue(environment),
        # Stage has what stops there: contact details.
        read_keys(environment, *layers, QUERY_RESULTS),
        Statement("KeepResults", ("s3:PutObject",), (environment.bucket_arn(f"{QUERY_RESULTS}*"),)),
        *list_bucket(environment, *layers, QUERY_RESULTS),
    ]


def _ask(environment: Environment) -> Statement:
    return Statement("Ask", _ASK, (environment.arn("athena", f"workgroup/{environment.workgroup}"),))


def _read_catalogue(environment: Environment) -> Statement:
    return Statement("ReadCatalogue", _READ_CATALOGUE, _tables(environment, tuple(database_names(environment))))


def _tables(environment: Environment, databases: tuple[str, ...]) -> tuple[str, ...]:
    return (
        environment.arn("glue", "catalog"),
        *(environment.arn("glue", f"database/{name}") for name in databases),
        *(environment.arn("glue", f"table/{name}/*") for name in databases),
    )


def _of(environment: Environment, name: str, does: str, statements: list[Statement]) -> Declaration:
    wanted = {"Document": policy(statements), TAGS: environment.tags}
    return Declaration(POLICY, environment.called(name), wanted, {"Description": does})
