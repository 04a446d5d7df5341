"""Marts as assets: a domain's dbt models (`sql/marts/models/<domain>`), each one published after its tests."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets

from sakila_platform.declarations.domain import Domain
from sakila_platform.marts.builds import PROJECT, MartOutcome, Published, build_marts, domain_of, source_table
from sakila_platform.marts.dbt_project import MANIFEST, SKIPPED, DbtProject, NodeResult
from sakila_platform.model.naming import mart_key
from sakila_platform.model.queries import SQL_FOLDER
from sakila_platform.orchestration.asset_specs import OWNERS, asset_key
from sakila_platform.orchestration.automation import follows_upstream
from sakila_platform.orchestration.failures import failing_in_one_line
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.orchestration.shown_sql import sql_metadata
from sakila_platform.settings.places import HOME

MARTS_PROJECT = SQL_FOLDER / "marts"
_DBT_ID = "dagster_dbt/unique_id"


def marts_project(folder: Path = MARTS_PROJECT) -> DbtProject:
    """The dbt project, with what dbt writes kept under the state folder."""
    return DbtProject(folder, HOME.read().resolve() / "dbt")


class MartsTranslator(DagsterDbtTranslator):
    """How the project's models and sources are called in Dagster: as in the lake."""

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> dg.AssetSpec:
        """A model is `marts/<model>`; a source is the lake's table of its name."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        properties = self.get_resource_props(manifest, unique_id)
        if properties["resource_type"] == "source":
            return spec.replace_attributes(key=asset_key(source_table(properties)))
        return spec.replace_attributes(
            key=dg.AssetKey(mart_key(properties["name"])),
            description=properties["description"],
            group_name=marts_group(domain_of(properties)),
            owners=OWNERS,
            kinds={"dbt", "duckdb", "parquet"},
            automation_condition=follows_upstream(),
        ).merge_attributes(
            metadata={
                "dagster/table_name": f"marts.{properties['name']}",
                **sql_metadata(properties["raw_code"], f"sql/{MARTS_PROJECT.name}/{properties['original_file_path']}"),
            }
        )


def marts_group(domain: str) -> str:
    """The group of a domain's marts, and the name of their step."""
    return f"{domain}_marts"


def marts_assets(domain: Domain, folder: Path = MARTS_PROJECT) -> dg.AssetsDefinition:
    """An asset for each dbt model of the domain's folder and a check for each dbt test, in one step.

    dbt's manifest is read from the state folder, and parsed there first when the project's files have changed.
    """

    project = marts_project(folder)
    contracts = {table.name: table for table in domain.lake_tables}

    @dbt_assets(
        name=marts_group(domain.name),
        manifest=project.parsed() / MANIFEST,
        select=f"fqn:{PROJECT}.{domain.name}",
        dagster_dbt_translator=MartsTranslator(),
    )
    def marts(context: dg.AssetExecutionContext, lake: LakeResource) -> Iterator[Any]:
        models = {spec.metadata[_DBT_ID]: spec.key for spec in context.assets_def.specs}
        tests = {spec.metadata[_DBT_ID]: spec.key for spec in context.assets_def.check_specs}
        models = {node: key for node, key in models.items() if key in context.selected_asset_keys}
        tests = {node: key for node, key in tests.items() if key in context.selected_asset_check_keys}
        with failing_in_one_line(context.retry_number):
            outcome = build_marts(project, lake.lake(), contracts, list(models), list(tests))
        for note in outcome.notes:
            context.log.warning(note)
        # In the order in which dbt came to them, which has every model after those that it reads.
        for node, result in outcome.results.items():
            if node in tests and result.status != SKIPPED:
                yield _check_result(tests[node], result)
            elif node in models and (published := outcome.published.get(models[node].path[-1])):
                yield dg.MaterializeResult(asset_key=models[node], metadata=_metadata(published))
        if outcome.refused:
            raise dg.Failure(_message(outcome), allow_retries=False)

    return marts


def _metadata(published: Published) -> dict[str, dg.MetadataValue]:
    return {
        "dagster/row_count": dg.MetadataValue.int(published.rows),
        "size_bytes": dg.MetadataValue.int(published.size),
        "preview": dg.MetadataValue.md(published.preview),
    }


def _check_result(key: dg.AssetCheckKey, result: NodeResult) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=result.passed and result.status != "warn",
        asset_key=key.asset_key,
        check_name=key.name,
        severity=dg.AssetCheckSeverity.WARN if result.status == "warn" else dg.AssetCheckSeverity.ERROR,
        metadata={"rows_found": result.failures, "seconds": result.seconds},
        description=result.message or None,
    )


def _message(outcome: MartOutcome) -> str:
    mart, reason = next(iter(outcome.refused.items()))
    others = f" (and {len(outcome.refused) - 1} more marts)" if len(outcome.refused) > 1 else ""
    return f"marts/{mart} was not published{others}: {reason}. What dashboards read stays as it was before."
