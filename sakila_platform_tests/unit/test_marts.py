"""The dbt project as Dagster sees it: keys, lineage, checks, contracts; parsed once, and never into its own folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from sakila_platform.catalogue.domain import DOMAIN as CATALOGUE
from sakila_platform.catalogue.refined_tables import REFINED_TABLES
from sakila_platform.errors import PlatformError
from sakila_platform.marts.dbt_project import MANIFEST, DbtProject
from sakila_platform.orchestration.layers.agreement import agreement_checks
from sakila_platform.orchestration.layers.marts import MARTS_PROJECT, marts_assets, marts_project
from sakila_platform.orchestration.layers.questions import questions_assets
from sakila_platform.orchestration.resources.database import DatabaseResource
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.rentals import star, warehouse_star
from sakila_platform.rentals.databases import WAREHOUSE
from sakila_platform.rentals.domain import DOMAIN as RENTALS
from sakila_platform.reviews import star as reviews_star
from sakila_platform.reviews.domain import DOMAIN as REVIEWS
from sakila_platform.settings.places import HOME

DATA_TYPES = {"integer", "bigint", "double", "decimal(18, 2)", "decimal(18, 3)", "varchar", "boolean", "date"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state folder in which the project has been parsed."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        folder = tmp_path_factory.mktemp("home")
        monkeypatch.setenv(HOME.name, str(folder))
        marts_project().parsed()
        yield folder


@pytest.fixture(scope="module")
def marts(home: Path) -> dg.AssetsDefinition:
    [assets] = [marts_assets(RENTALS)]
    return assets


@pytest.fixture(scope="module")
def every_mart(home: Path, marts: dg.AssetsDefinition) -> list[dg.AssetsDefinition]:
    """The marts of each domain."""
    return [marts, marts_assets(REVIEWS), marts_assets(CATALOGUE)]


def nodes_of_type(kind: str) -> dict[str, dict[str, Any]]:
    nodes = json.loads((marts_project().parsed() / MANIFEST).read_text(encoding="utf-8"))["nodes"]
    return {node["name"]: node for node in nodes.values() if node["resource_type"] == kind}


@pytest.fixture(scope="module")
def models(home: Path) -> dict[str, dict[str, Any]]:
    return nodes_of_type("model")


@pytest.fixture(scope="module")
def tests(home: Path) -> dict[str, dict[str, Any]]:
    """The tests of all marts, as dbt understood them."""
    return nodes_of_type("test")


def test_every_model_is_an_asset_with_lineage_to_the_lake_it_reads(marts: dg.AssetsDefinition) -> None:
    files = {path.stem for path in (MARTS_PROJECT / "models" / "rentals").glob("*.sql")}
    assert {key.to_user_string() for key in marts.keys} == {f"marts/{name}" for name in files}

    spec = marts.specs_by_key[dg.AssetKey(["marts", "revenue_by_month_and_store"])]
    assert {dep.asset_key.to_user_string() for dep in spec.deps} == {"final/sakila/dim_store", "marts/payments"}
    assert spec.group_name == "rentals_marts"
    assert spec.owners == ["team:data-platform"]
    assert spec.partitions_def is None
    assert spec.description and spec.description.startswith("One row per month of payment and store")


def test_every_input_from_outside_is_a_table_of_the_domains_own_star(every_mart: list[dg.AssetsDefinition]) -> None:
    stars = ((*star.DAILY_TABLES, star.DIM_DATE), (*reviews_star.DAILY_TABLES, reviews_star.DIM_DATE), REFINED_TABLES)
    for marts, tables in zip(every_mart, stars, strict=True):
        star_keys = {dg.AssetKey(table.name.key) for table in tables}
        inputs = {dep.asset_key for spec in marts.specs for dep in spec.deps}
        assert inputs - marts.keys <= star_keys


def test_each_domain_has_a_step_and_a_group_of_its_own(every_mart: list[dg.AssetsDefinition]) -> None:
    groups = [{spec.group_name for spec in marts.specs} for marts in every_mart]
    assert groups == [{"rentals_marts"}, {"reviews_marts"}, {"catalogue_marts"}]
    assert [marts.op.name for marts in every_mart] == ["rentals_marts", "reviews_marts", "catalogue_marts"]


def test_every_mart_has_a_contract_of_its_grain_and_its_nulls_and_adds_up(
    models: dict[str, Any], tests: dict[str, Any], every_mart: list[dg.AssetsDefinition]
) -> None:
    checks = {(check.asset_key.path[-1], check.name) for marts in every_mart for check in marts.check_specs}
    for name in models:
        contract, totals = f"{name}_contract", f"{name}_adds_up"
        assert {(name, contract), (name, totals)} <= checks
        promised = tests[contract]["test_metadata"]["kwargs"]
        assert promised["unique"] and promised["not_null"], name
        assert tests[totals]["test_metadata"]["kwargs"]["totals"], name


def test_a_mart_whose_totals_are_compared_with_three_tables_waits_for_all_three(tests: dict[str, Any]) -> None:
    assert set(tests["rentals_by_day_adds_up"]["depends_on"]["nodes"]) == {
        "model.marts.rentals_by_day",
        "source.marts.final_sakila.fact_payment",
        "source.marts.final_sakila.fact_rental",
        "source.marts.final_sakila.fact_return",
    }


def test_every_mart_says_its_grain_once_in_its_query_and_the_same_in_its_contract(models: dict) -> None:
    for name, model in models.items():
        first_line = model["raw_code"].splitlines()[0]
        assert first_line == f"-- {model['description']}", name
        assert first_line.startswith("-- One row per "), name


def test_every_mart_has_an_enforced_contract_of_portable_types_and_described_columns(models: dict) -> None:
    for name, model in models.items():
        assert model["config"]["contract"]["enforced"], name
        for column in model["columns"].values():
            assert column["data_type"] in DATA_TYPES, f"{name}.{column['name']}"
            assert column["description"], f"{name}.{column['name']}"


def test_money_in_the_marts_has_the_scale_of_the_contracts_that_it_comes_from() -> None:
    variables = yaml.safe_load((MARTS_PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    scales = {"money": star.MONEY.arrow.scale, "spending": reviews_star.AMOUNT.arrow.scale}
    assert variables == {name: f"decimal(18, {scale})" for name, scale in scales.items()}


def test_contact_details_are_in_no_mart(models: dict) -> None:
    columns = {column for model in models.values() for column in model["columns"]}
    assert not columns & {"email", "phone", "address", "postal_code"}


def test_loading_again_parses_nothing_and_writes_nothing(home: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    [marts_assets(RENTALS)]
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*")} == before


def test_parsing_leaves_the_projects_folder_as_it_was(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "marts"
    shutil.copytree(MARTS_PROJECT, folder)
    before = set(folder.rglob("*"))
    DbtProject(folder, tmp_path / "state").parsed()
    assert set(folder.rglob("*")) == before


def test_a_dropped_in_model_is_an_asset_and_what_was_parsed_before_is_forgotten(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "marts"
    shutil.copytree(MARTS_PROJECT, folder)
    project = DbtProject(folder, tmp_path / "state")
    first = project.parsed()
    (folder / "models" / "rentals" / "stores.sql").write_text(
        "-- One row per store.\n{{ config(contract={'enforced': false}) }}\n"
        "SELECT DISTINCT store_id FROM {{ ref('rentals') }}\n"
    )
    second = project.parsed()
    assert "model.marts.stores" in json.loads((second / MANIFEST).read_text())["nodes"]
    assert not first.exists()


def test_a_model_that_cannot_be_parsed_is_one_line_that_names_it(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "marts"
    shutil.copytree(MARTS_PROJECT, folder)
    (folder / "models" / "rentals" / "films.sql").write_text(
        "-- One row per film.\nSELECT * FROM {{ ref('movies') }}\n"
    )
    with pytest.raises(PlatformError, match=r"dbt parse failed: .*films.*movies") as caught:
        DbtProject(folder, tmp_path / "state").parsed()
    assert "\n" not in str(caught.value)
    assert not list((tmp_path / "state").glob("*"))


def test_a_day_of_the_chain_requests_analysis_marts_and_their_agreement_together(
    marts: dg.AssetsDefinition,
) -> None:
    days = dg.DailyPartitionsDefinition("2005-05-24", end_offset=1)
    years = dg.StaticPartitionsDefinition(["2005"])
    chain = [
        *(dg.AssetSpec(dg.AssetKey(table.name.key), partitions_def=days) for table in star.DAILY_TABLES),
        *(dg.AssetSpec(dg.AssetKey(table.name.key), partitions_def=days) for table in warehouse_star.DAILY_TABLES),
        *(
            dg.AssetSpec(dg.AssetKey(t.name.key), partitions_def=years)
            for t in (star.DIM_DATE, warehouse_star.DIM_DATE)
        ),
    ]
    analysis = questions_assets(RENTALS)
    definitions = dg.Definitions(
        assets=[*chain, *analysis, marts],
        asset_checks=agreement_checks(RENTALS),
        resources={"rentals_warehouse": DatabaseResource.of(WAREHOUSE), "lake": LakeResource()},
    )
    with dg.DagsterInstance.ephemeral() as instance:
        first = dg.evaluate_automation_conditions(definitions, instance)
        assert first.total_requested == 0
        for spec in chain:
            partition = "2005" if spec.partitions_def is years else "2005-05-24"
            instance.report_runless_asset_event(dg.AssetMaterialization(spec.key, partition=partition))
        second = dg.evaluate_automation_conditions(definitions, instance, cursor=first.cursor)
        wanted = {result.key for result in second.results if result.true_subset.size}

    checks = {key for check in agreement_checks(RENTALS) for key in check.check_keys}
    assert wanted == {key for asset in analysis for key in asset.keys} | marts.keys | checks
