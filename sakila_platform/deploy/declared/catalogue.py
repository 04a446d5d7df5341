"""What is declared of the catalogue: databases, tables as the contracts have them, crawlers that find partitions. Pure.

Types never drift: a crawler of stage or final looks at the tables that are declared here, adds partitions that inherit
from them, and only logs a change. Marts are dbt's to declare; their crawler sees what somebody else put there.
"""

from __future__ import annotations

from sakila_platform.catalogue.refined_tables import REFINED_TABLES
from sakila_platform.catalogue.trusted_tables import CSV_TABLES, TRUSTED_TABLES
from sakila_platform.deploy.declarations import Declaration
from sakila_platform.deploy.environment import Environment
from sakila_platform.deploy.kind_names import CRAWLER, DATABASE, ROLE, TABLE
from sakila_platform.deploy.policies import (
    Statement,
    list_bucket,
    read_keys,
    role_policies,
    trusted_by,
    write_logs,
)
from sakila_platform.deploy.tags import TAGS
from sakila_platform.model.contracts import Table, TableKind, glue_columns
from sakila_platform.model.naming import DAY_PARTITION, UNPARTITIONED, YEAR_PARTITION
from sakila_platform.rentals import source, star
from sakila_platform.reviews import source as reviews_source
from sakila_platform.reviews import star as reviews_star

LAYERS = {
    "stage": ("stage_sakila", source.STAGE_TABLES),
    "final": ("final_sakila", (*star.DAILY_TABLES, star.DIM_DATE)),
}
REVIEWS_LAYERS = {
    "stage-reviews": ("stage_reviews", reviews_source.STAGE_TABLES),
    "final-reviews": ("final_reviews", (*reviews_star.DAILY_TABLES, reviews_star.DIM_DATE)),
}
TITLE_LAYERS = {
    "trusted-catalogue": ("trusted_catalogue", TRUSTED_TABLES),
    "refined-catalogue": ("refined_catalogue", REFINED_TABLES),
}
MARTS = "marts"
CRAWLERS = (*LAYERS, MARTS)
_UNPARTITIONED = frozenset(table.name for table in (*CSV_TABLES, *REFINED_TABLES))
_HIVE = "org.apache.hadoop.hive.ql.io.parquet"


def layers_of(environment: Environment) -> dict[str, tuple[str, tuple[Table, ...]]]:
    """Crawler to database and tables, of the domains that the environment has."""
    reviews = REVIEWS_LAYERS if environment.purchases else {}
    return {**LAYERS, **reviews, **(TITLE_LAYERS if environment.tmdb_token else {})}


def folders_of(environment: Environment) -> list[str]:
    """The layers' folders, as prefixes of the bucket."""
    layers = [name.partition("_")[0] for name, _ in layers_of(environment).values()]
    return [f"lake/{layer}/" for layer in dict.fromkeys((*layers, MARTS))]


def database_names(environment: Environment) -> list[str]:
    """What the databases are called in Glue."""
    layers = [name for name, _ in layers_of(environment).values()]
    return [environment.glue_database(name) for name in (*layers, MARTS)]


def databases(environment: Environment) -> list[Declaration]:
    """A database for each layer of the lake that is asked by SQL."""
    # Their names are their tables' folders: `final_sakila`, final/sakila.
    folders = {name: name.replace("_", "/") for name, _ in layers_of(environment).values()} | {MARTS: MARTS}
    return [
        Declaration(
            DATABASE,
            environment.glue_database(name),
            {
                "Description": f"The lake's {folder}.",
                "LocationUri": f"{environment.lake}/{folder}",
                TAGS: environment.tags,
            },
        )
        for name, folder in folders.items()
    ]


def tables(environment: Environment) -> list[Declaration]:
    """Every table of the layers."""
    return [
        _table(environment, environment.glue_database(database), table)
        for database, contracts in layers_of(environment).values()
        for table in contracts
    ]


def crawlers(environment: Environment) -> list[Declaration]:
    """The crawlers' role, and a crawler for each layer that has partitions to be found."""
    return [
        _role(environment),
        *(_contract_crawler(environment, layer) for layer in layers_of(environment) if _by_day(environment, layer)),
        _marts_crawler(environment),
    ]


def _table(environment: Environment, database: str, table: Table) -> Declaration:
    partition, kind = (YEAR_PARTITION, "int") if table.kind is TableKind.CALENDAR else (DAY_PARTITION, "string")
    is_whole = table.name in _UNPARTITIONED
    return Declaration(
        TABLE,
        f"{database}.{table.name.table}",
        {
            "Description": table.grain,
            "TableType": "EXTERNAL_TABLE",
            "PartitionKeys": [] if is_whole else [{"Name": partition, "Type": kind}],
            "StorageDescriptor": {
                "Columns": glue_columns(table, UNPARTITIONED if is_whole else partition),
                "Location": f"{environment.lake}/{table.name.path}/",
                "InputFormat": f"{_HIVE}.MapredParquetInputFormat",
                "OutputFormat": f"{_HIVE}.MapredParquetOutputFormat",
                "SerdeInfo": {
                    "SerializationLibrary": f"{_HIVE}.serde.ParquetHiveSerDe",
                    "Parameters": {"serialization.format": "1"},
                },
            },
            "Parameters": {"classification": "parquet", "EXTERNAL": "TRUE"},
            TAGS: environment.tags,
        },
    )


def _by_day(environment: Environment, layer: str) -> list[str]:
    """The layer's tables that have partitions."""
    _, contracts = layers_of(environment)[layer]
    return [table.name.table for table in contracts if table.name not in _UNPARTITIONED]


def _contract_crawler(environment: Environment, layer: str) -> Declaration:
    database, _ = layers_of(environment)[layer]
    target = {"DatabaseName": environment.glue_database(database), "Tables": _by_day(environment, layer)}
    return Declaration(
        CRAWLER,
        environment.called(layer),
        {
            "Description": f"Finds the days of {layer}.",
            "Role": environment.called("crawlers"),
            "DatabaseName": "",
            "Targets": {"CatalogTargets": [target]},
            "SchemaChangePolicy": {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"},
            # New folders only would never see a day that was published again.
            "RecrawlPolicy": {"RecrawlBehavior": "CRAWL_EVERYTHING"},
            "Configuration": {
                "Version": 1.0,
                "CrawlerOutput": {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}},
                "Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas"},
            },
            "Schedule": "",
            TAGS: environment.tags,
        },
    )


def _marts_crawler(environment: Environment) -> Declaration:
    return Declaration(
        CRAWLER,
        environment.called(MARTS),
        {
            "Description": "Finds marts that dbt on this lake wrote without Athena.",
            "Role": environment.called("crawlers"),
            "DatabaseName": environment.glue_database(MARTS),
            # Deeper folders are those of dbt on Athena, which keeps the catalogue itself.
            "Targets": {"S3Targets": [{"Path": f"{environment.lake}/{MARTS}/", "Exclusions": ["*/*/**"]}]},
            "SchemaChangePolicy": {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "LOG"},
            "RecrawlPolicy": {"RecrawlBehavior": "CRAWL_EVERYTHING"},
            "Configuration": {
                "Version": 1.0,
                "CrawlerOutput": {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}},
                # A folder of the lake's marts is a table, whatever else looks like it.
                "Grouping": {"TableLevelConfiguration": 4},
            },
            "Schedule": "",
            TAGS: environment.tags,
        },
    )


def _role(environment: Environment) -> Declaration:
    names = database_names(environment)
    catalogue = (
        environment.arn("glue", "catalog"),
        *(environment.arn("glue", f"database/{name}") for name in names),
        *(environment.arn("glue", f"table/{name}/*") for name in names),
    )
    reading = ("GetDatabase", "GetTable", "GetTables", "GetPartition", "GetPartitions", "BatchGetPartition")
    writing = (
        "CreateTable",
        "UpdateTable",
        "CreatePartition",
        "BatchCreatePartition",
        "UpdatePartition",
        "BatchUpdatePartition",
    )
    folders = folders_of(environment)
    statements = (
        read_keys(environment, *folders),
        *list_bucket(environment, *folders),
        Statement("KeepCatalogue", tuple(f"glue:{action}" for action in (*reading, *writing)), catalogue),
        write_logs(environment.arn("logs", "log-group:/aws-glue/crawlers*")),
    )
    return Declaration(
        ROLE,
        environment.called("crawlers"),
        {
            "Description": "Crawlers: read the lake, keep the catalogue.",
            "TrustedBy": trusted_by("glue"),
            "Policies": role_policies(statements),
            "Attached": [],
            TAGS: environment.tags,
        },
    )
