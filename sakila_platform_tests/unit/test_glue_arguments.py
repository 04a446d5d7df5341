"""What the Glue jobs understand of their arguments, and whom they tell what."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakila_platform.errors import PlatformError, UsageError
from sakila_platform.model.days import ONE_DAY, consecutive_runs
from sakila_platform.model.naming import TableName
from sakila_platform.model.outcome_messages import outcome_messages, outcomes_of
from sakila_platform.model.outcomes import TableDay
from sakila_platform.rentals.source import STAGE_TABLES
from sakila_platform.settings.calendar import CLOCK
from sakila_platform.settings.every import all_settings
from sakila_platform.settings.places import MYSQL_URL, lake_location
from sakila_platform.spark.arguments import parse_arguments
from sakila_platform.spark.job import faults_of, lines_of, run_chunks
from sakila_platform.spark.source.login import Login

RENTAL = TableName("stage", "sakila", "rental")
# What Glue itself passes, in its own spelling.
GLUE_S_OWN = [
    *("--JOB_NAME", "extract", "--JOB_ID", "j_1", "--JOB_RUN_ID", "jr_1", "--TempDir", "s3://b/tmp"),
    *("--enable-metrics", "--job-bookmark-option", "job-bookmark-disable", "--security-configuration", "none"),
]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings but a clock that stands."""
    for setting in all_settings():
        monkeypatch.delenv(setting.name, raising=False)
    monkeypatch.setenv(CLOCK.name, "2006-03-01T02:00:00+00:00")


def test_without_days_it_is_the_last_ended_day_of_the_shop() -> None:
    assert parse_arguments([]).days == (date(2006, 2, 28),)
    # At two in the night of London it is still yesterday in Bogota.
    assert parse_arguments(["--SAKILA_TIME_ZONE", "America/Bogota"]).days == (date(2006, 2, 27),)


def test_glues_own_arguments_are_let_through() -> None:
    arguments = parse_arguments([*GLUE_S_OWN, "--days", "2005-05-25,2005-05-24", "--tables", "rental,payment"])
    assert arguments.days == (date(2005, 5, 24), date(2005, 5, 25))
    assert [table.name.table for table in arguments.selected(STAGE_TABLES)] == ["rental", "payment"]
    assert not arguments.is_started_by_dagster


def test_a_range_has_both_its_ends() -> None:
    assert len(parse_arguments(["--from", "2005-05-24", "--to", "2006-02-14"]).days) == 267
    assert parse_arguments(["--from", "2005-05-24"]).days == (date(2005, 5, 24),)


def test_the_lake_of_the_arguments_is_the_lake_of_the_settings() -> None:
    assert parse_arguments(["--lake", "s3://bucket/lake"]).lake == "s3://bucket/lake" == lake_location()


REFUSED = {
    "both ways to name days": (["--days", "2005-05-24", "--from", "2005-05-24"], "not both"),
    "a day before the calendar": (["--days", "2005-05-23"], "2005-05-23 is not a day of the calendar"),
    "a day to come": (["--days", "2006-03-02"], "2006-03-02 is not a day of the calendar"),
    "no day": (["--days", "yesterday"], "'yesterday' is not a day"),
    "a range that ends before it begins": (["--from", "2005-06-01", "--to", "2005-05-24"], "before it begins"),
    "too many days": (["--from", "2005-05-24", "--SAKILA_MAX_DAYS_PER_RUN", "10", "--to", "2005-06-30"], "at most 10"),
    "no flag": (["--recapture", "perhaps"], "--recapture: give true or false"),
    "no number": (["--jdbc-partitions", "many"], "--jdbc-partitions: 'many' is not a whole number"),
    "an argument without its value": (["--days"], "--days"),
}


@pytest.mark.parametrize(("words", "reported"), REFUSED.values(), ids=REFUSED.keys())
def test_what_makes_no_sense_is_refused_by_name(words: list[str], reported: str) -> None:
    with pytest.raises(UsageError, match=reported):
        parse_arguments(words)


def test_a_table_that_the_layer_lacks_is_refused() -> None:
    with pytest.raises(UsageError, match=r"there is no fact_rental\. Give some of rental, payment"):
        parse_arguments(["--tables", "fact_rental"]).selected(STAGE_TABLES)


def test_a_login_in_the_arguments_is_refused_without_being_repeated() -> None:
    for url in ("jdbc:mysql://ann:secret@db:3306/sakila", "jdbc:mysql://db/sakila?user=ann&password=secret"):
        with pytest.raises(UsageError, match="Give it by --secret") as refused:
            Login(url).address("", "sakila")
        assert "secret@" not in str(refused.value)
        assert "password=secret" not in str(refused.value)
    assert parse_arguments(["--SAKILA_MYSQL_URL", "mysql://ann:secret@db"]).login == Login()
    assert MYSQL_URL.read() == ""


def test_the_place_comes_from_the_jdbc_url_and_the_login_from_the_settings() -> None:
    login = Login("jdbc:mysql://replica:3307?sslMode=REQUIRED")
    address = login.address("mysql://ann:secret@primary:3306", "sakila")
    assert str(address) == "ann@replica:3307/sakila"
    assert address.password == "secret"
    assert address.tls.ssl_mode == "required"
    assert Login().address("mysql://ann:secret@primary:3306/shop", "sakila").database == "shop"


@given(st.sets(st.dates(date(2005, 5, 24), date(2005, 7, 24))))
def test_runs_of_consecutive_days_are_all_days_in_order_with_gaps_between(days: set[date]) -> None:
    runs = list(consecutive_runs(list(days)))
    assert [day for run in runs for day in run] == sorted(days)
    for run in runs:
        assert (run[-1] - run[0]).days == len(run) - 1
    assert all(later[0] - earlier[-1] > ONE_DAY for earlier, later in pairwise(runs))


OUTCOME = TableDay(3, 1, {"rental_date names a day": 1}, "", {"matches_source": ""}, {"undated_rows": 1})


def test_outcomes_travel_as_messages() -> None:
    outcomes = {RENTAL: {date(2005, 5, 24): OUTCOME, date(2005, 5, 25): TableDay(0, refused="no")}}
    messages = outcome_messages(outcomes)
    assert messages[0]["asset"] == ["stage", "sakila", "rental"]
    assert messages[0]["day"] == "2005-05-24"
    assert outcomes_of(messages) == outcomes


def test_a_job_tells_every_chunk_and_fails_in_the_end_when_one_did_not_pass(capsys: pytest.CaptureFixture) -> None:
    days = [[date(2005, 5, 24)], [date(2005, 5, 25)]]
    came_to = iter([{RENTAL: {days[0][0]: TableDay(0, 9, refused="9 of 9 rows break the contract")}},
                    {RENTAL: {days[1][0]: OUTCOME}}])  # fmt: skip
    reported: list = []

    with pytest.raises(PlatformError, match="stage/sakila/rental on 2005-05-24: 9 of 9 rows break the contract"):
        run_chunks(days, lambda _: next(came_to), reported.append)

    assert len(reported) == 2
    assert capsys.readouterr().out.splitlines() == [
        "stage/sakila/rental 2005-05-24: 0 rows, 9 rows set aside, 1 days refused",
        "stage/sakila/rental 2005-05-25: 3 rows, 1 rows set aside",
    ]


def test_a_check_that_does_not_pass_is_a_fault() -> None:
    outcome = TableDay(3, checks={"matches_source": "the source has 4 rows, stage 3", "other": ""})
    assert list(faults_of({RENTAL: {date(2005, 5, 24): outcome}})) == [
        "stage/sakila/rental on 2005-05-24: matches_source: the source has 4 rows, stage 3"
    ]
    assert list(lines_of({RENTAL: {}})) == []
