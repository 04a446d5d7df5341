"""TMDB's answers as assets: one outcome per subject and day, also after a cut, and a check of bad answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from sakila_platform.catalogue.assets import tmdb_assets, tmdb_key
from sakila_platform.catalogue.tmdb.record_files import DISCOVERED_SERIES, MOVIES, RECORDS, SERIES, UNUSABLE
from sakila_platform.catalogue.tmdb_stand_in.faults import Fault, Order, Register
from sakila_platform.catalogue.tmdb_stand_in.serving import TOKEN, served_titles
from sakila_platform.catalogue.tmdb_stand_in.titles import generated_titles
from sakila_platform.orchestration.asset_specs import ROW_COUNT
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.settings.catalogue import TMDB_FIRST_YEAR, TMDB_REQUESTS_PER_SECOND, TMDB_TOKEN, TMDB_URL
from sakila_platform.settings.places import HOME
from sakila_platform_tests.tmdb_collections import Place

TITLES = generated_titles(5, films=30, series=60)
DAYS = ["2022-05-02", "2022-05-03"]


@pytest.fixture
def register() -> Register:
    return Register()


@pytest.fixture
def place(register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """What the settings say."""
    with served_titles(TITLES, register) as url:
        for setting, value in (
            (HOME, str(tmp_path)),
            (TMDB_URL, url),
            (TMDB_TOKEN, TOKEN),
            (TMDB_REQUESTS_PER_SECOND, "10000"),
            (TMDB_FIRST_YEAR, "2020"),
        ):
            monkeypatch.setenv(setting.name, value)
        yield Place(str(tmp_path / "lake"), url, None)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def collect(instance: dg.DagsterInstance, place: Place, days: list[str] = DAYS) -> dg.ExecuteInProcessResult:
    definitions = dg.Definitions(
        [tmdb_assets()], resources={"lake": LakeResource(location=place.lake)}, jobs=[dg.define_asset_job("tmdb", "*")]
    )
    return definitions.resolve_job_def("tmdb").execute_in_process(
        instance=instance,
        raise_on_error=False,
        tags={"dagster/asset_partition_range_start": days[0], "dagster/asset_partition_range_end": days[-1]},
    )


def counted(instance: dg.DagsterInstance, day: str) -> dict[str, int]:
    """The records of each subject as Dagster has them for a day."""
    reported = {}
    for about in RECORDS:
        wanted = dg.AssetRecordsFilter(tmdb_key(about), asset_partitions=[day])
        for record in instance.fetch_materializations(wanted, limit=1).records:
            assert record.asset_materialization
            reported[about.subject] = int(str(record.asset_materialization.metadata[ROW_COUNT].value))
    return reported


def test_each_subject_has_an_outcome_for_each_day(instance: dg.DagsterInstance, place: Place) -> None:
    assert collect(instance, place).success
    for day in DAYS:
        there = {about.subject: len(place.records(about, date.fromisoformat(day))) for about in RECORDS}
        assert counted(instance, day) == there
    assert counted(instance, DAYS[0])["Series"] > 10
    assert counted(instance, DAYS[1])["Series"] == 0, "what was had yesterday is not asked for again"
    assert counted(instance, DAYS[1])["DiscoveredSeries"] > 0


def test_bad_answers_fail_the_check_and_not_the_day(
    instance: dg.DagsterInstance, place: Place, register: Register
) -> None:
    register.order(Order(Fault.MALFORMED, "/tv/", times=3))
    result = collect(instance, place, DAYS[:1])
    assert result.success
    assert counted(instance, DAYS[0])[UNUSABLE.subject] == 1
    [evaluation] = result.get_asset_check_evaluations()
    assert (evaluation.passed, evaluation.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert evaluation.description
    assert evaluation.description.startswith("1 of ")


def test_a_day_that_was_cut_off_fails_in_one_line_and_is_completed_by_the_next_run(
    instance: dg.DagsterInstance, place: Place, register: Register
) -> None:
    register.order(Order(Fault.UNAUTHORIZED, "/tv/", times=1))
    result = collect(instance, place, DAYS[:1])
    [failure] = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    assert failure.user_failure_data
    assert failure.user_failure_data.description == (
        f"TMDB at {place.url} refuses the token (401). Correct SAKILA_TMDB_TOKEN."
    )
    assert counted(instance, DAYS[0]) == {}
    pages = len(place.records(DISCOVERED_SERIES, date.fromisoformat(DAYS[0])))
    assert pages > 0
    asked = sum(register.asked.values())
    assert collect(instance, place, DAYS[:1]).success
    assert counted(instance, DAYS[0])["DiscoveredSeries"] == pages
    of_titles = counted(instance, DAYS[0])[SERIES.subject] + counted(instance, DAYS[0])[MOVIES.subject]
    assert sum(register.asked.values()) - asked <= of_titles, "the searches are not asked again"


def test_without_a_token_the_run_says_so(
    instance: dg.DagsterInstance, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(TMDB_TOKEN.name)
    result = collect(instance, place)
    [failure] = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    assert failure.user_failure_data
    assert str(failure.user_failure_data.description).startswith("SAKILA_TMDB_TOKEN is not set.")
