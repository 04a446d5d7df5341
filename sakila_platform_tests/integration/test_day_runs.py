"""A run over many days leaves one outcome per asset and day, whatever happens on the way."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pymysql
import pytest
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus as Status
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sakila_platform.errors import PlatformError
from sakila_platform.orchestration.day_runs import (
    NOT_DONE,
    CheckOutcome,
    DayResult,
    DaysRefused,
    Refusal,
    daily_check,
    days_of,
    run_days,
)
from sakila_platform.orchestration.event_log.instance import dagster_environment, ensure_dagster_home

CALENDAR = dg.DailyPartitionsDefinition("2005-05-24", end_offset=1)
FIRST = date(2005, 5, 24)
RENTAL = dg.AssetKey(["stage", "sakila", "rental"])
PAYMENT = dg.AssetKey(["stage", "sakila", "payment"])
FACT = dg.AssetKey(["final", "sakila", "fact_rental"])
CONTRACT = dg.AssetCheckKey(RENTAL, "contract")

Commit = Callable[[list[date]], Mapping[date, Mapping[dg.AssetKey, DayResult]]]


def days(count: int) -> list[date]:
    return [FIRST + timedelta(days=n) for n in range(count)]


def rows_of(day: date, key: dg.AssetKey) -> int:
    """A row count that no other table and day has."""
    return (day - FIRST).days * 10 + (1 if key == RENTAL else 2)


def good(day: date, passed: bool = True) -> dict[dg.AssetKey, DayResult]:
    return {
        key: DayResult({"dagster/partition_row_count": rows_of(day, key)}, {"contract": CheckOutcome(passed)})
        for key in (RENTAL, PAYMENT)
    }


def commit_all(chunk: list[date]) -> Mapping[date, Mapping[dg.AssetKey, DayResult]]:
    return {day: good(day) for day in chunk}


def stage(commit: Commit = commit_all, chunk_size: int = 2) -> dg.AssetsDefinition:
    """Two daily tables with a blocking contract each."""

    @dg.multi_asset(
        name="stage",
        specs=[dg.AssetSpec(key, partitions_def=CALENDAR) for key in (RENTAL, PAYMENT)],
        check_specs=[daily_check(key, "contract", CALENDAR, "Its contract") for key in (RENTAL, PAYMENT)],
        partitions_def=CALENDAR,
        can_subset=True,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def assets(context: dg.AssetExecutionContext) -> Iterator[Any]:
        yield from run_days(context, days_of(context), chunk_size, commit)

    return assets


def final() -> dg.AssetsDefinition:
    @dg.asset(key=FACT, deps=[RENTAL], partitions_def=CALENDAR, backfill_policy=dg.BackfillPolicy.single_run())
    def fact_rental(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        return dg.MaterializeResult()

    return fact_rental


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("home")
    ensure_dagster_home(home)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in dagster_environment(home).items():
            patch.setenv(name, value)
        yield home


@pytest.fixture
def instance(home: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.get() as instance:
        instance.wipe()
        yield instance


def run(
    instance: dg.DagsterInstance, assets: list[dg.AssetsDefinition], count: int, **options: Any
) -> dg.ExecuteInProcessResult:
    """The run that the UI launches for a range of days."""
    tags = {
        "dagster/asset_partition_range_start": str(FIRST),
        "dagster/asset_partition_range_end": str(FIRST + timedelta(days=count - 1)),
    }
    return dg.materialize(assets, instance=instance, tags=tags, raise_on_error=False, **options)


def materialized(instance: dg.DagsterInstance, key: dg.AssetKey) -> dict[str, list[int]]:
    """Day to the row counts of its materialisations, newest first."""
    found: dict[str, list[int]] = {}
    for record in instance.fetch_materializations(key, limit=1000).records:
        assert record.asset_materialization
        count = record.asset_materialization.metadata["dagster/partition_row_count"].value
        found.setdefault(str(record.partition_key), []).append(int(str(count)))
    return found


def statuses(instance: dg.DagsterInstance, check: dg.AssetCheckKey = CONTRACT) -> dict[str | None, tuple[Status, bool]]:
    """Day to what its check page says, and whether that is about the newest materialisation."""
    found = instance.event_log_storage.get_asset_check_partition_info([check])
    return {info.partition_key: (info.latest_execution_status, info.is_current) for info in found}


def failure(result: dg.ExecuteInProcessResult) -> str:
    [event] = result.get_step_failure_events()
    data = event.step_failure_data
    return (data.user_failure_data.description if data.user_failure_data else None) or str(data.error)


def test_every_day_of_every_table_has_one_event_with_its_own_row_count(instance: dg.DagsterInstance) -> None:
    assert run(instance, [stage()], 5).success
    for key in (RENTAL, PAYMENT):
        assert materialized(instance, key) == {str(day): [rows_of(day, key)] for day in days(5)}
        assert instance.get_materialized_partitions(key) == {str(day) for day in days(5)}


def test_every_day_of_a_check_is_current_and_stays_so_when_the_day_runs_again(instance: dg.DagsterInstance) -> None:
    assert run(instance, [stage()], 3).success
    assert run(instance, [stage()], 2).success
    assert statuses(instance) == {str(day): (Status.SUCCEEDED, True) for day in days(3)}
    [summary] = instance.event_log_storage.get_asset_check_summary_records([CONTRACT]).values()
    assert summary.last_check_execution_record
    assert summary.last_check_execution_record.status == Status.SUCCEEDED


def test_a_check_is_about_the_newest_materialisation_that_dagster_knows(instance: dg.DagsterInstance) -> None:
    runs = [run(instance, [stage()], 3), run(instance, [stage()], 2)]
    records = {str(r.partition_key): r for r in reversed(instance.fetch_materializations(RENTAL, limit=1000).records)}
    executions = {
        str(event.partition): event
        for result in runs
        for event in result.get_asset_check_evaluations()
        if event.asset_check_key == CONTRACT
    }
    for day, runner in zip(days(3), (runs[1], runs[1], runs[0]), strict=True):
        record, target = records[str(day)], executions[str(day)].target_materialization_data
        assert target
        assert (target.storage_id, target.run_id) == (record.storage_id, record.run_id)
        assert target.run_id == runner.run_id
        assert target.timestamp == pytest.approx(record.timestamp, abs=1e-5)


def test_a_run_of_one_day_is_like_a_run_of_many(instance: dg.DagsterInstance) -> None:
    assert dg.materialize([stage()], instance=instance, partition_key="2005-05-26").success
    assert materialized(instance, RENTAL) == {"2005-05-26": [21]}
    assert statuses(instance) == {"2005-05-26": (Status.SUCCEEDED, True)}


def test_a_run_of_some_tables_leaves_no_event_of_the_others(instance: dg.DagsterInstance) -> None:
    only_rental = dg.AssetSelection.assets(RENTAL)
    assert run(instance, [stage()], 2, selection=only_rental).success
    assert set(materialized(instance, RENTAL)) == {str(day) for day in days(2)}
    assert materialized(instance, PAYMENT) == {}
    assert statuses(instance, dg.AssetCheckKey(PAYMENT, "contract")) == {}


def test_a_run_without_checks_leaves_none(instance: dg.DagsterInstance) -> None:
    assert run(instance, [stage()], 2, selection=dg.AssetSelection.assets(RENTAL).without_checks()).success
    assert set(materialized(instance, RENTAL)) == {str(day) for day in days(2)}
    assert statuses(instance) == {}


def test_a_run_of_a_check_alone_judges_the_days_as_they_are(instance: dg.DagsterInstance) -> None:
    assert run(instance, [stage()], 2).success
    broken_meanwhile = stage(lambda chunk: {day: good(day, passed=day != FIRST) for day in chunk})
    result = run(instance, [broken_meanwhile], 2, selection=dg.AssetSelection.checks(CONTRACT))
    assert not result.success
    assert statuses(instance) == {"2005-05-24": (Status.FAILED, True), "2005-05-25": (Status.SUCCEEDED, True)}
    assert materialized(instance, RENTAL) == {"2005-05-24": [1], "2005-05-25": [11]}


def test_a_failure_in_the_third_chunk_keeps_the_first_two(instance: dg.DagsterInstance) -> None:
    def fails_at_third(chunk: list[date]) -> Mapping[date, Mapping[dg.AssetKey, DayResult]]:
        if date(2005, 5, 28) in chunk:
            raise PlatformError("The lake is full. Free some space.")
        return commit_all(chunk)

    result = run(instance, [stage(fails_at_third), final()], 6)
    assert failure(result) == "The lake is full. Free some space."
    assert materialized(instance, RENTAL) == {str(day): [rows_of(day, RENTAL)] for day in days(4)}
    assert materialized(instance, FACT) == {}
    kept = {str(day): (Status.SUCCEEDED, True) for day in days(4)}
    never_run = {str(day): (Status.PLANNED, True) for day in days(6)[4:]}
    assert statuses(instance) == {**kept, **never_run}


def test_a_day_that_breaks_a_blocking_check_stops_what_is_downstream(instance: dg.DagsterInstance) -> None:
    result = run(instance, [stage(lambda chunk: {day: good(day, passed=day != FIRST) for day in chunk}), final()], 3)
    assert not result.success
    assert materialized(instance, FACT) == {}
    assert set(materialized(instance, RENTAL)) == {str(day) for day in days(3)}
    assert statuses(instance)["2005-05-24"] == (Status.FAILED, True)
    assert statuses(instance)["2005-05-25"] == (Status.SUCCEEDED, True)


def test_a_warning_stops_nothing(instance: dg.DagsterInstance) -> None:
    warning = CheckOutcome(False, {"rows": 3}, dg.AssetCheckSeverity.WARN, "3 rows set aside")
    result = DayResult({"dagster/partition_row_count": 1}, {"contract": warning})
    warns = stage(lambda chunk: {day: {RENTAL: result, PAYMENT: result} for day in chunk})
    assert run(instance, [warns, final()], 2).success
    [newest, *_] = instance.event_log_storage.get_asset_check_execution_history(CONTRACT, limit=1)
    assert newest.event
    evaluation = newest.event.dagster_event.asset_check_evaluation_data  # type: ignore[union-attr]
    assert (evaluation.passed, evaluation.description, evaluation.severity) == (
        False,
        "3 rows set aside",
        dg.AssetCheckSeverity.WARN,
    )


def refusing_second_day(chunk: list[date]) -> Mapping[date, Mapping[dg.AssetKey, DayResult]]:
    second = date(2005, 5, 25)
    if second not in chunk:
        return commit_all(chunk)
    published = {day: good(day) for day in chunk if day != second} | {second: {PAYMENT: good(second)[PAYMENT]}}
    failed = {"contract": CheckOutcome(False, {"rental_id is not null": 7})}
    raise DaysRefused([Refusal(second, RENTAL, "7 of 9 rows break the contract.", failed)], published)


def test_a_refused_day_has_a_failed_check_and_no_materialisation(instance: dg.DagsterInstance) -> None:
    result = run(instance, [stage(refusing_second_day), final()], 2)
    assert failure(result) == "Refused stage/sakila/rental on 2005-05-25: 7 of 9 rows break the contract."
    assert set(materialized(instance, RENTAL)) == {"2005-05-24"}
    assert set(materialized(instance, PAYMENT)) == {"2005-05-24", "2005-05-25"}
    assert materialized(instance, FACT) == {}
    assert statuses(instance)["2005-05-24"] == (Status.SUCCEEDED, True)
    assert statuses(instance)["2005-05-25"] == (Status.FAILED, True)


def test_the_chunks_after_a_refused_day_are_worked_on_all_the_same(instance: dg.DagsterInstance) -> None:
    result = run(instance, [stage(refusing_second_day), final()], 5)
    assert failure(result) == "Refused stage/sakila/rental on 2005-05-25: 7 of 9 rows break the contract."
    assert set(materialized(instance, RENTAL)) == {str(day) for day in days(5)} - {"2005-05-25"}
    assert set(materialized(instance, PAYMENT)) == {str(day) for day in days(5)}
    assert materialized(instance, FACT) == {}
    assert {day: status for day, (status, _) in statuses(instance).items()} == {
        str(day): Status.FAILED if str(day) == "2005-05-25" else Status.SUCCEEDED for day in days(5)
    }


def test_a_refusal_is_reported_too_when_a_later_chunk_can_not_be_worked_on(instance: dg.DagsterInstance) -> None:
    def fails_after_it(chunk: list[date]) -> Mapping[date, Mapping[dg.AssetKey, DayResult]]:
        if date(2005, 5, 26) in chunk:
            raise PlatformError("The lake is full. Free some space.")
        return refusing_second_day(chunk)

    result = run(instance, [stage(fails_after_it)], 4)
    assert failure(result) == "The lake is full. Free some space."
    assert statuses(instance)["2005-05-25"] == (Status.FAILED, True)
    assert set(materialized(instance, PAYMENT)) == {"2005-05-24", "2005-05-25"}


def test_a_step_that_refused_a_day_says_what_it_did_not_come_to(instance: dg.DagsterInstance) -> None:
    def refusing(chunk: list[date]) -> Mapping[date, Mapping[dg.AssetKey, DayResult]]:
        with pytest.raises(DaysRefused) as refused:
            refusing_second_day(chunk)
        # Of the first day one table was published with a fault that stops what is made of it.
        first = {RENTAL: good(FIRST)[RENTAL], PAYMENT: good(FIRST, passed=False)[PAYMENT]}
        raise DaysRefused(refused.value.refusals, {**refused.value.committed, FIRST: first})

    result = run(instance, [stage(refusing, chunk_size=3)], 3)

    [event] = result.get_step_failure_events()
    described = event.step_failure_data.user_failure_data
    assert described
    assert described.metadata[NOT_DONE].value == {
        "2005-05-24": ["stage/sakila/payment"],
        "2005-05-25": ["stage/sakila/rental"],
    }


def test_a_refused_day_that_was_published_before_keeps_its_file_and_shows_the_refusal(
    instance: dg.DagsterInstance,
) -> None:
    assert run(instance, [stage()], 4).success
    run(instance, [stage(refusing_second_day)], 4)
    assert materialized(instance, RENTAL)["2005-05-25"] == [11]
    # Not current: the evaluation is about what was not published.
    assert statuses(instance)["2005-05-25"] == (Status.FAILED, False)


def test_more_days_than_allowed_are_refused_in_one_line(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAKILA_MAX_DAYS_PER_RUN", "3")
    assert failure(run(instance, [stage()], 4)) == (
        "The run asks for 4 days (2005-05-24..2005-05-27), but a run takes at most 3. "
        "Choose fewer days, or raise SAKILA_MAX_DAYS_PER_RUN."
    )


@pytest.mark.parametrize("code", [1205, 1213, 2006, 2013])
def test_a_database_error_that_passes_by_itself_is_retried(
    instance: dg.DagsterInstance, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sakila_platform.orchestration.failures.FIRST_WAIT_SECONDS", 0)
    attempts = []

    def fails_once(chunk: list[date]) -> Mapping[date, Mapping[dg.AssetKey, DayResult]]:
        attempts.append(chunk)
        if len(attempts) == 1:
            raise pymysql.err.OperationalError(code, "passes")
        return commit_all(chunk)

    assert run(instance, [stage(fails_once, chunk_size=9)], 2).success
    assert len(attempts) == 2
    assert materialized(instance, RENTAL) == {"2005-05-24": [1], "2005-05-25": [11]}


@pytest.mark.parametrize("error", [pymysql.err.OperationalError(1045, "access denied"), KeyError("a mistake of ours")])
def test_an_error_that_stays_is_not_retried(instance: dg.DagsterInstance, error: Exception) -> None:
    attempts = []

    def always_fails(chunk: list[date]) -> Mapping[date, Mapping[dg.AssetKey, DayResult]]:
        attempts.append(chunk)
        raise error

    assert not run(instance, [stage(always_fails)], 1).success
    assert len(attempts) == 1


def test_a_commit_that_forgets_a_selected_table_is_a_mistake_and_says_so(instance: dg.DagsterInstance) -> None:
    forgetful = stage(lambda chunk: {day: {RENTAL: good(day)[RENTAL]} for day in chunk})
    assert "no result for some of the selected assets" in failure(run(instance, [forgetful], 1))


def test_a_batched_evaluation_reads_like_one_that_dagster_stores_by_itself(instance: dg.DagsterInstance) -> None:
    outcome = CheckOutcome(True, {"rules": 3}, description="All is well")
    result = DayResult({}, {"contract": outcome})
    ours = run(instance, [stage(lambda chunk: {day: {RENTAL: result, PAYMENT: result} for day in chunk})], 1)

    @dg.multi_asset(
        name="stage",
        specs=[dg.AssetSpec(RENTAL, partitions_def=CALENDAR)],
        check_specs=[daily_check(RENTAL, "contract", CALENDAR, "Its contract")],
        partitions_def=CALENDAR,
    )
    def by_dagster() -> dg.MaterializeResult:
        judged = dg.AssetCheckResult(passed=True, metadata={"rules": 3}, description="All is well")
        return dg.MaterializeResult(check_results=[judged])

    theirs = dg.materialize([by_dagster], instance=instance, partition_key=str(FIRST))

    def reported(result: dg.ExecuteInProcessResult) -> list[tuple[Any, ...]]:
        events = [e for e in result.all_events if e.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION]
        return [
            (e.message, e.step_key, e.node_name, e.job_name, data.passed, data.metadata, data.partition, data.blocking)
            for e in events
            if (data := e.asset_check_evaluation_data).asset_key == RENTAL
        ]

    assert reported(ours) == reported(theirs)
    assert len(reported(ours)) == 1


@given(count=st.integers(1, 12), chunk_size=st.integers(1, 6), fails_at=st.integers(0, 14))
@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_fails_a_committed_day_has_exactly_one_event_and_no_other_day_has_any(
    count: int, chunk_size: int, fails_at: int
) -> None:
    committed: list[date] = []

    def commit(chunk: list[date]) -> Mapping[date, Mapping[dg.AssetKey, DayResult]]:
        if FIRST + timedelta(days=fails_at) in chunk:
            raise PlatformError("It failed.")
        committed.extend(chunk)
        return commit_all(chunk)

    with dg.DagsterInstance.ephemeral() as instance:
        result = run(instance, [stage(commit, chunk_size)], count)
        assert result.success == (fails_at >= count)
        for key in (RENTAL, PAYMENT):
            records = instance.fetch_materializations(key, limit=1000).records
            assert Counter(record.partition_key for record in records) == Counter(map(str, committed))
