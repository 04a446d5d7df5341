"""What is declared of the Glue Data Catalog: databases, tables as the contracts have them, views, crawlers. Pure.

Types never drift: a crawler of stage or final looks at the tables that are declared here, adds partitions that inherit
from them, and only logs a change. Marts are dbt's to declare; their crawler sees what somebody else put there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sakila_platform.deploy.declarations import Declaration
from sakila_platform.deploy.declared.athena_views import described, view_parts
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

if TYPE_CHECKING:
    from sakila_platform.declarations.domain import Domain

MARTS = "marts"
_HIVE = "org.apache.hadoop.hive.ql.io.parquet"


@dataclass(frozen=True)
class CataloguedLayer:
    """A layer of a domain in the Glue Data Catalog: what finds its partitions, and its tables with and without any."""

    layer: str
    source: str
    crawler: str
    partitioned: tuple[Table, ...]
    whole: tuple[Table, ...]

    @property
    def database(self) -> str:
        """What its database is called in Glue, but for the environment's prefix."""
        return f"{self.layer}_{self.source}"

    @property
    def tables(self) -> tuple[Table, ...]:
        """All its tables."""
        return (*self.partitioned, *self.whole)


def layers_of(domain: Domain) -> Iterator[CataloguedLayer]:
    """The domain's layers in the lake, in the order of making."""
    whole = {table.name for layer in domain.unpartitioned for table in layer.tables}
    for layer in dict.fromkeys(table.name.layer for table in domain.lake_tables):
        of_layer = [table for table in domain.lake_tables if table.name.layer == layer]
        yield CataloguedLayer(
            layer,
            domain.source,
            domain.aws.crawlers.get(layer, f"{layer}-{domain.source}"),
            tuple(table for table in of_layer if table.name not in whole),
            tuple(table for table in of_layer if table.name in whole),
        )


def folders_of(environment: Environment) -> list[str]:
    """The layers' folders, as prefixes of the bucket."""
    layers = [each.layer for each in _layers(environment)]
    return [f"lake/{layer}/" for layer in dict.fromkeys((*layers, MARTS))]


def database_names(environment: Environment) -> list[str]:
    """What the databases are called in Glue."""
    layers = [each.database for each in _layers(environment)]
    return [environment.glue_database(name) for name in (*layers, MARTS)]


def databases(environment: Environment) -> list[Declaration]:
    """A database for each layer of the lake that is asked by SQL."""
    folders = {each.database: f"{each.layer}/{each.source}" for each in _layers(environment)} | {MARTS: MARTS}
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
        _table(environment, each, table, is_whole=table in each.whole)
        for each in _layers(environment)
        for table in each.tables
    ]


def views(environment: Environment) -> list[Declaration]:
    """For each fact and bridge of the layers that are described, a view of it with what its dimensions say."""
    found = []
    for domain in environment.domains:
        for layer in layers_of(domain):
            if layer.layer in domain.aws.described:
                database = environment.glue_database(layer.database)
                contracts = {table.name: table for table in layer.tables}
                found += [
                    (database, described(table, contracts, database)) for table in layer.tables if table.references
                ]
    return [
        Declaration(TABLE, f"{database}.{view.name}", {**view_parts(view, database), TAGS: environment.tags})
        for database, view in found
    ]


def crawlers(environment: Environment) -> list[Declaration]:
    """The crawlers' role, and a crawler for each layer that has partitions to be found."""
    return [
        _role(environment),
        *(_contract_crawler(environment, each) for each in _layers(environment) if each.partitioned),
        _marts_crawler(environment),
    ]


def _layers(environment: Environment) -> list[CataloguedLayer]:
    return [each for domain in environment.domains for each in layers_of(domain)]


def _table(environment: Environment, layer: CataloguedLayer, table: Table, *, is_whole: bool) -> Declaration:
    partition, kind = (YEAR_PARTITION, "int") if table.kind is TableKind.CALENDAR else (DAY_PARTITION, "string")
    return Declaration(
        TABLE,
        f"{environment.glue_database(layer.database)}.{table.name.table}",
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


def _contract_crawler(environment: Environment, layer: CataloguedLayer) -> Declaration:
    names = [table.name.table for table in layer.partitioned]
    target = {"DatabaseName": environment.glue_database(layer.database), "Tables": names}
    return Declaration(
        CRAWLER,
        environment.called(layer.crawler),
        {
            "Description": f"Finds the days of {layer.crawler}.",
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
