"""What QuickSight is sent: held strictly against AWS's own model, laid out without overlap, and as reviewed."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from sakila_platform.dashboards.declarations import Amount, Fold, KeyFigure, Measure
from sakila_platform.dashboards.mart_contracts import read_mart_contracts
from sakila_platform.dashboards.quicksight.requests import dashboard_request
from sakila_platform.domains import all_dashboards
from sakila_platform.orchestration.layers.marts import MARTS_PROJECT
from sakila_platform.rentals.dashboards import RENTALS
from sakila_platform_tests.aws_requests import request_faults
from sakila_platform_tests.quicksight_snapshots import FOLDER, TARGET, sent, text

SENT = sent()
DASHBOARDS_SENT = [SENT[f"dashboard_{each.name}"][1] for each in all_dashboards()]
MOST_COLUMNS, MOST_ROWS = 36, 21


@pytest.mark.parametrize("name", SENT)
def test_a_request_is_one_that_aws_takes(name: str) -> None:
    operation, request = SENT[name]
    assert not request_faults("quicksight", operation, request)


@pytest.mark.parametrize("name", [name for name in SENT if not name.startswith("analysis_")])
def test_a_request_is_as_it_was_reviewed(name: str) -> None:
    kept = FOLDER / f"{name}.json"
    assert kept.exists() and kept.read_text(encoding="utf-8") == text(SENT[name][1]), (
        f"{name} is not as in {kept.name}. If that is right: python -m sakila_platform_tests.quicksight_snapshots"
    )


def test_no_reviewed_request_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {n for n in SENT if not n.startswith("analysis_")}


def test_an_analysis_has_the_definition_of_its_dashboard() -> None:
    for dashboard in all_dashboards():
        published, analysis = (SENT[f"{kind}_{dashboard.name}"][1] for kind in ("dashboard", "analysis"))
        assert published["Definition"] == analysis["Definition"]


@pytest.mark.parametrize("request_sent", DASHBOARDS_SENT, ids=lambda request: request["DashboardId"])
def test_everything_on_a_sheet_has_its_place_and_nothing_lies_on_another(request_sent: dict[str, Any]) -> None:
    [sheet] = request_sent["Definition"]["Sheets"]
    shown = {next(iter(visual.values()))["VisualId"] for visual in sheet["Visuals"]}
    shown |= {box["SheetTextBoxId"] for box in sheet["TextBoxes"]}
    places = sheet["Layouts"][0]["Configuration"]["GridLayout"]["Elements"]
    assert {place["ElementId"] for place in places} == shown
    taken: set[tuple[int, int]] = set()
    for place in places:
        assert place["ColumnIndex"] + place["ColumnSpan"] <= MOST_COLUMNS
        assert place["RowSpan"] <= MOST_ROWS
        cells = {
            (place["ColumnIndex"] + column, place["RowIndex"] + row)
            for column in range(place["ColumnSpan"])
            for row in range(place["RowSpan"])
        }
        assert not cells & taken, place["ElementId"]
        taken |= cells


@pytest.mark.parametrize("request_sent", DASHBOARDS_SENT, ids=lambda request: request["DashboardId"])
def test_every_column_that_a_visual_names_is_in_its_data_set(request_sent: dict[str, Any]) -> None:
    definition = request_sent["Definition"]
    calculated = {(each["DataSetIdentifier"], each["Name"]) for each in definition["CalculatedFields"]}
    named = [each for each in nested(definition) if {"DataSetIdentifier", "ColumnName"} <= each.keys()]
    assert len(named) > 20
    for column in named:
        mart = column["DataSetIdentifier"]
        transforms = SENT[f"data_set_{mart}"][1]["LogicalTableMap"]["mart"]["DataTransforms"]
        assert column["ColumnName"] in transforms[-1]["ProjectOperation"]["ProjectedColumns"] or (
            (mart, column["ColumnName"]) in calculated
        )


@pytest.mark.parametrize("request_sent", DASHBOARDS_SENT, ids=lambda request: request["DashboardId"])
def test_what_sorting_names_is_a_field_of_the_visual(request_sent: dict[str, Any]) -> None:
    for visual in request_sent["Definition"]["Sheets"][0]["Visuals"]:
        [body] = visual.values()
        fields = {each["FieldId"] for each in nested(body["ChartConfiguration"]["FieldWells"]) if "FieldId" in each}
        sorts = nested(body["ChartConfiguration"].get("SortConfiguration", {}))
        assert {each["FieldId"] for each in sorts if "FieldId" in each} <= fields


def test_every_data_set_can_be_filtered_by_the_same_columns() -> None:
    for dashboard in all_dashboards():
        for mart in dashboard.marts:
            transforms = SENT[f"data_set_{mart}"][1]["LogicalTableMap"]["mart"]["DataTransforms"]
            filtered = {"date", *(choice.column for choice in dashboard.choices)}
            assert filtered <= set(transforms[-1]["ProjectOperation"]["ProjectedColumns"])


@pytest.mark.parametrize(
    ("path", "value", "reported"),
    [
        (("Name",), "", "0 is less than 1"),
        (("AwsAccountId",), "1234", "does not match"),
        (("Definition", "Sheets", 0, "ContentType"), "LIVELY", "is none of"),
        (("Definition", "Sheets", 0, "Visuals", 0, "KPIVisual", "VisualId"), "a b", "does not match"),
        (("Definition", "Sheets", 0, "Layouts", 0, "Configuration", "GridLayout", "Elements", 0, "RowSpan"), 22, "22"),
        (("Definition", "Sheets", 0, "Visuals", 0, "KPIVisual", "Colour"), "red", "Colour is not known"),
        (("Definition", "CalculatedFields", 0, "Name"), 5, "is not a string"),
    ],
)
def test_a_request_that_aws_would_refuse_is_found_out(path: tuple[Any, ...], value: Any, reported: str) -> None:
    broken: Any = copy.deepcopy(DASHBOARDS_SENT[0])
    inner = broken
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    [fault] = [each for each in request_faults("quicksight", "CreateDashboard", broken) if reported in each]
    assert str(path[-1]) in fault


@pytest.mark.parametrize("fold", [Fold.ROWS, Fold.DISTINCT])
def test_texts_may_be_counted(fold: Fold) -> None:
    stores = KeyFigure("rentals", Measure("stores", "Stores", Amount(fold, "store")))
    counting = replace(RENTALS, key_figures=(stores,))
    request = dashboard_request(TARGET, counting, read_mart_contracts(MARTS_PROJECT))
    assert not request_faults("quicksight", "CreateDashboard", request)


def nested(value: Any) -> Iterator[dict[str, Any]]:
    """Every mapping within a request."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from nested(each)
    elif isinstance(value, list):
        for each in value:
            yield from nested(each)
