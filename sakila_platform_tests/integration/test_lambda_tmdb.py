"""The Lambda function that collects from TMDB, from its archive, on S3: by its own call it goes on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import boto3
import pytest

from sakila_platform.catalogue.tmdb.collection import CollectionOutcome
from sakila_platform.catalogue.tmdb.record_files import MOVIES, SERIES
from sakila_platform.catalogue.tmdb_stand_in.csv_rows import write_csv_files
from sakila_platform.catalogue.tmdb_stand_in.faults import Register
from sakila_platform.catalogue.tmdb_stand_in.serving import TOKEN, served_titles
from sakila_platform.catalogue.tmdb_stand_in.titles import generated_titles
from sakila_platform.settings.calendar import TIME_ZONE
from sakila_platform.settings.catalogue import TMDB_FIRST_YEAR, TMDB_REQUESTS_PER_SECOND, TMDB_SECRET, TMDB_URL
from sakila_platform.settings.places import LAKE
from sakila_platform_tests.aws_account import REGION
from sakila_platform_tests.lake_places import S3Place, s3_place
from sakila_platform_tests.lambda_runtimes import TIME_IS_UP_AFTER, call_function, make_runtime, run_function
from sakila_platform_tests.s3_servers import CREDENTIALS, S3Server, served
from sakila_platform_tests.tmdb_collections import SCOPE, Place

DAY = date(2022, 5, 2)
# Two in the morning of that day, in Bogota.
SCHEDULED = {"scheduled_at": "2022-05-02T07:00:00Z"}
TITLES = generated_titles(5, films=60, series=30)


class Calls:
    """Lambda's own service: it notes whom it was asked to call, and with what."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """One call."""
        assert environ["PATH_INFO"] == "/2015-03-31/functions/function/invocations"
        assert environ["HTTP_X_AMZ_INVOCATION_TYPE"] == "Event"
        self.events.append(json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))))
        start_response("202 Accepted", [("Content-Length", "0")])
        return []


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_runtime(tmp_path_factory.mktemp("runtime"))


@pytest.fixture
def register() -> Register:
    return Register()


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
def bucket(s3_server: S3Server) -> Iterator[S3Place]:
    with s3_place(s3_server) as place:
        yield place


@pytest.fixture
def environment(
    bucket: S3Place, register: Register, calls: Calls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """What the function finds: the CSV files in the lake, TMDB's token in Secrets Manager, TMDB, and Lambda."""
    for name, value in bucket.environment.items():
        monkeypatch.setenv(name, value)
    written = write_csv_files(tmp_path / "csv", TITLES, 5)
    for path in written:
        key = f"{bucket.prefix}/Raw/Local/CSV/{path.stem.title()}/2022/05/01/{path.name}"
        bucket.server.client().upload_file(str(path), bucket.bucket, key)
    secrets = boto3.client("secretsmanager", endpoint_url=bucket.server.endpoint, region_name=REGION)
    secret = secrets.create_secret(Name=f"tmdb-{bucket.bucket}", SecretString=TOKEN)["ARN"]
    with served_titles(TITLES, register) as url, served(calls) as lambdas:
        yield {
            **bucket.environment,
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": bucket.server.endpoint,
            "AWS_ENDPOINT_URL_LAMBDA": lambdas,
            TMDB_SECRET.name: secret,
            TMDB_URL.name: url,
            TMDB_FIRST_YEAR.name: str(SCOPE.first_year),
            TMDB_REQUESTS_PER_SECOND.name: "10000",
            TIME_ZONE.name: "America/Bogota",
        }


@pytest.fixture
def raw(bucket: S3Place, environment: dict[str, str]) -> Place:
    return Place(bucket.environment[LAKE.name], environment[TMDB_URL.name], None)


def test_a_day_is_collected_and_reported_without_the_token(
    runtime: Path, environment: dict[str, str], raw: Place, calls: Calls, tmp_path: Path
) -> None:
    lines = call_function(runtime, tmp_path / "task", "collect_tmdb", SCHEDULED, environment)
    assert lines[-1]["day"] == "2022-05-02"
    assert lines[-1]["is_complete"] is True
    there = {"Movies": len(raw.records(MOVIES, DAY)), "Series": len(raw.records(SERIES, DAY))}
    assert {name: lines[-1]["records"][name] for name in there} == there
    assert min(there.values()) > 10
    assert lines[-2]["message"] == "2022-05-02: complete"
    assert TOKEN not in json.dumps(lines).replace(environment[TMDB_SECRET.name], "")
    assert calls.events == []

    again = call_function(runtime, tmp_path / "task", "collect_tmdb", SCHEDULED, environment)
    assert again[-1]["asked"] == 0


def test_before_its_time_ends_it_hands_over_and_nothing_is_asked_twice(
    runtime: Path, environment: dict[str, str], raw: Place, calls: Calls, register: Register, tmp_path: Path
) -> None:
    event: dict[str, Any] = SCHEDULED
    answers = []
    for _ in range(9):
        with_time = {**environment, TIME_IS_UP_AFTER: "30"}
        answers.append(call_function(runtime, tmp_path / "task", "collect_tmdb", event, with_time)[-1])
        if answers[-1]["is_complete"]:
            break
        event = calls.events[-1]
        assert event == {"day": "2022-05-02", "hand_overs": len(answers)}
    assert answers[-1]["is_complete"]
    assert len(answers) == len(calls.events) + 1 > 2
    assert set(register.asked.values()) == {1}
    films = [each["id"] for each in raw.records(MOVIES, DAY)]
    assert len(films) == len(set(films)) > 10
    whole: CollectionOutcome = raw.collect(DAY)
    assert (whole.is_complete, whole.asked) == (True, 0)


def test_it_does_not_hand_over_for_ever(
    runtime: Path, environment: dict[str, str], calls: Calls, tmp_path: Path
) -> None:
    event = {"day": "2022-05-02", "hand_overs": 14}
    done = run_function(runtime, tmp_path / "task", "collect_tmdb", event, {**environment, TIME_IS_UP_AFTER: "5"})
    assert done.returncode != 0
    assert 'PlatformError: 2022-05-02 is not complete after 14 hand-overs. Call the function with {"day"' in done.stderr
    assert calls.events == []


def test_a_secret_that_is_not_there_is_reported_in_a_line(
    runtime: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    wrong = {**environment, TMDB_SECRET.name: "nothing"}
    done = run_function(runtime, tmp_path / "task", "collect_tmdb", SCHEDULED, wrong)
    assert "PlatformError: Secret nothing can't be read:" in done.stderr
    assert CREDENTIALS["AWS_SECRET_ACCESS_KEY"] not in done.stderr
