"""movies.csv and series.csv taken into the lake, byte for byte: by the command that containers run, and as assets."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from sakila_platform.catalogue.assets import csv_assets
from sakila_platform.catalogue.csv.files import MOVIES, SERIES
from sakila_platform.catalogue.csv.local_files import take_in_file, take_in_folder
from sakila_platform.catalogue.tmdb_stand_in.csv_rows import write_csv_files
from sakila_platform.catalogue.tmdb_stand_in.titles import generated_titles
from sakila_platform.errors import PlatformError
from sakila_platform.lake.files import Lake
from sakila_platform.lake.location import open_lake
from sakila_platform.lake.s3 import uploads as s3_uploads
from sakila_platform.orchestration.asset_specs import ROW_COUNT
from sakila_platform.orchestration.resources.clock import ClockResource
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.settings.calendar import CLOCK
from sakila_platform.settings.catalogue import CATALOGUE_FOLDER
from sakila_platform.settings.places import LAKE_ENDPOINT, LAKE_TIMEOUT_SECONDS
from sakila_platform_tests.conventions.source_files import ROOT
from sakila_platform_tests.lake_places import S3Place, s3_place
from sakila_platform_tests.s3_faults import TIMEOUT_SECONDS, Fault, FaultyDoor, stop_waiting
from sakila_platform_tests.s3_servers import CREDENTIALS, S3Server, moto_application, served

DAY = date(2022, 5, 2)
MOVIES_PATH = "Raw/Local/CSV/Movies/2022/05/02/movies.csv"
SERIES_PATH = "Raw/Local/CSV/Series/2022/05/02/series.csv"
# The smallest parts that S3 takes.
PART = 5 * 1024**2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Both files, with all that is wrong with such files."""
    write_csv_files(tmp_path / "csv", generated_titles(1, films=40, series=20), 1, bad_lines=8)
    return tmp_path / "csv"


@pytest.fixture
def large_folder(folder: Path) -> Path:
    """With a movies.csv that has four full parts and a bit."""
    lines = (f"tt{number:07d}|The Same Film".encode().ljust(99, b".") + b"\n" for number in range(4 * PART // 100 + 9))
    (folder / "movies.csv").write_bytes(MOVIES.header.encode() + b"\n" + b"".join(lines))
    return folder


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return open_lake(str(tmp_path / "lake"))


def ingest(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The command, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "from sakila_platform.cli.main import main; main()", *words],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_command_puts_both_files_where_everybody_looks_for_them(folder: Path, tmp_path: Path) -> None:
    done = ingest("ingest-catalogue", str(folder), "--day", "2022-05-02", SAKILA_LAKE=str(tmp_path / "lake"))
    assert done.returncode == 0, done.stderr
    for path, source in ((MOVIES_PATH, "movies.csv"), (SERIES_PATH, "series.csv")):
        assert (tmp_path / "lake" / path).read_bytes() == (folder / source).read_bytes()
        assert f"{path}: " in done.stdout
    assert sorted(path.name for path in (tmp_path / "lake").rglob("*") if path.is_file()) == [
        "movies.csv",
        "series.csv",
    ]


def test_without_a_day_it_is_today_at_the_shop(folder: Path, tmp_path: Path) -> None:
    now = {"SAKILA_CLOCK": "2022-05-03T02:00:00+00:00", "SAKILA_TIME_ZONE": "America/Bogota"}
    done = ingest("ingest-catalogue", str(folder), SAKILA_LAKE=str(tmp_path / "lake"), **now)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "lake" / MOVIES_PATH).is_file()


def test_a_folder_without_one_of_them_is_reported_and_nothing_taken_in(folder: Path, tmp_path: Path) -> None:
    (folder / "series.csv").unlink()
    done = ingest("ingest-catalogue", str(folder), SAKILA_LAKE=str(tmp_path / "lake"))
    assert done.returncode == 1
    assert done.stderr == (
        f"sakila-platform: {folder}/series.csv can't be read: No such file or directory. Put movies.csv and series.csv "
        "there, or name their folder in SAKILA_CATALOGUE_FOLDER.\n"
    )
    assert not (tmp_path / "lake").exists()


def test_another_file_of_that_name_is_refused(folder: Path, lake: Lake) -> None:
    (folder / "movies.csv").write_bytes((folder / "series.csv").read_bytes())
    with pytest.raises(PlatformError, match=r"movies.csv does not begin with the header of movies.csv: id\|titulo"):
        take_in_folder(lake, folder, DAY, lambda _: None)


def test_a_file_cut_off_below_its_header_is_refused_before_anything_is_taken_in(
    folder: Path, lake: Lake, tmp_path: Path
) -> None:
    (folder / "series.csv").write_text(f"{SERIES.header}\n\n", encoding="utf-8")
    with pytest.raises(PlatformError, match=r"series\.csv has its header and no title.*Put the whole file there\."):
        take_in_folder(lake, folder, DAY, lambda _: None)
    assert not (tmp_path / "lake").exists()


def test_a_file_is_taken_in_once_and_again_when_it_changed(folder: Path, lake: Lake) -> None:
    first = take_in_file(lake, SERIES, folder, DAY, lambda _: None)
    again = take_in_file(lake, SERIES, folder, DAY, lambda _: None)
    assert (first.is_sent, again.is_sent) == (True, False)
    with (folder / "series.csv").open("ab") as opened:
        opened.write(b"one more line\n")
    changed = take_in_file(lake, SERIES, folder, DAY, lambda _: None)
    assert (changed.is_sent, changed.lines) == (True, first.lines + 1)
    assert lake.read(SERIES_PATH) == (folder / "series.csv").read_bytes()


def test_the_assets_take_the_files_of_the_folder_in_for_each_of_their_days(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CATALOGUE_FOLDER.name, str(folder))
    with dg.DagsterInstance.ephemeral() as instance:
        lake = LakeResource(location=str(tmp_path / "lake"))
        definitions = dg.Definitions(
            [csv_assets()],
            resources={"lake": lake, "clock": ClockResource()},
            jobs=[dg.define_asset_job("take_in", "*")],
        )
        days = {"dagster/asset_partition_range_start": "2022-05-02", "dagster/asset_partition_range_end": "2022-05-03"}
        assert definitions.resolve_job_def("take_in").execute_in_process(instance=instance, tags=days).success
        message = instance.fetch_materializations(dg.AssetKey(["raw", "catalogue", "movies_csv"]), limit=9).records
    assert sorted(str(record.partition_key) for record in message) == ["2022-05-02", "2022-05-03"]
    materialization = message[-1].asset_materialization
    assert materialization
    assert materialization.metadata["path"].value == MOVIES_PATH
    assert materialization.metadata[ROW_COUNT].value == (folder / "movies.csv").read_bytes().count(b"\n") - 1
    assert {file.path for file in lake.lake().files("Raw/Local/CSV/Movies/")} == {
        MOVIES_PATH,
        MOVIES_PATH.replace("/02/", "/03/"),
    }


@pytest.mark.parametrize(
    ("today", "config", "is_replaced"),
    [
        ("2022-05-03T01:00:00+00:00", {}, False),
        ("2022-05-02T23:00:00+00:00", {}, True),
        ("2022-05-03T01:00:00+00:00", {"ops": {"catalogue_raw_csv": {"config": {"recapture": True}}}}, True),
    ],
    ids=["the day has ended", "today", "asked to recapture"],
)
def test_a_day_that_has_ended_keeps_its_files_when_it_is_run_again(
    today: str, config: dict[str, Any], is_replaced: bool, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CATALOGUE_FOLDER.name, str(folder))
    monkeypatch.setenv(CLOCK.name, today)
    lake = LakeResource(location=str(tmp_path / "lake"))
    take_in_folder(lake.lake(), folder, DAY, lambda _: None)
    before = (folder / "movies.csv").read_bytes()
    with (folder / "movies.csv").open("ab") as opened:
        opened.write(b"one more line\n")
    resources = {"lake": lake, "clock": ClockResource()}
    definitions = dg.Definitions([csv_assets()], resources=resources, jobs=[dg.define_asset_job("take_in", "*")])
    done = definitions.resolve_job_def("take_in").execute_in_process(partition_key=str(DAY), run_config=config)
    assert done.success
    assert (lake.lake().read(MOVIES_PATH) != before) is is_replaced


def test_the_assets_are_content_with_files_that_a_container_took_in(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CATALOGUE_FOLDER.name, str(tmp_path / "nothing"))
    lake = LakeResource(location=str(tmp_path / "lake"))
    take_in_folder(lake.lake(), folder, DAY, lambda _: None)
    job = dg.Definitions(
        [csv_assets()], resources={"lake": lake, "clock": ClockResource()}, jobs=[dg.define_asset_job("take_in", "*")]
    ).resolve_job_def("take_in")
    message = {}
    for day in ("2022-05-02", "2022-05-03"):
        done = job.execute_in_process(partition_key=day)
        [movies, _] = [event.materialization for event in done.get_asset_materialization_events()]
        message[day] = (movies.metadata["path"].value, movies.metadata[ROW_COUNT].value)
    lines = (folder / "movies.csv").read_bytes().count(b"\n") - 1
    assert message == {"2022-05-02": (MOVIES_PATH, lines), "2022-05-03": (MOVIES_PATH, 0)}
    with pytest.raises(dg.Failure, match=r"movies\.csv can't be read: No such file or directory"):
        job.execute_in_process(partition_key="2022-05-01")


@contextmanager
def bucket_behind(door: FaultyDoor, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Place]:
    """A bucket whose calls pass a door that counts them, or breaks them."""
    monkeypatch.setattr(s3_uploads, "PART_BYTES", PART)
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with served(moto_application()) as inside, served(door) as outside, s3_place(S3Server(inside)) as place:
        monkeypatch.setenv(LAKE_ENDPOINT.name, outside)
        monkeypatch.setenv(LAKE_TIMEOUT_SECONDS.name, str(TIMEOUT_SECONDS))
        yield place


@pytest.fixture
def door() -> FaultyDoor:
    return FaultyDoor(moto_application())


@pytest.fixture
def bucket(door: FaultyDoor, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Place]:
    with bucket_behind(door, monkeypatch) as place:
        yield place


def location(place: S3Place) -> str:
    return f"s3://{place.bucket}/{place.prefix}"


def parts_sent(door: FaultyDoor) -> int:
    return sum("partNumber=" in call for call in door.calls)


def take_in(lake: str, folder: Path) -> list[str]:
    """Take movies.csv in, as a process does that may be killed. Returns what it reports."""
    s3_uploads.PART_BYTES = PART
    reported: list[str] = []
    take_in_file(open_lake(lake), MOVIES, folder, DAY, reported.append)
    return reported


def test_a_large_file_goes_to_s3_in_parts_with_progress_and_a_checksum(
    large_folder: Path, bucket: S3Place, door: FaultyDoor
) -> None:
    reported = take_in(location(bucket), large_folder)
    assert [line.rpartition("(")[2] for line in reported] == [f"part {number} sent)" for number in range(1, 6)]
    assert reported[0] == f"{MOVIES_PATH}: 5 of 21 MB (part 1 sent)"
    client, key = bucket.server.client(), f"{bucket.prefix}/{MOVIES_PATH}"
    whole = (large_folder / "movies.csv").read_bytes()
    assert client.get_object(Bucket=bucket.bucket, Key=key)["Body"].read() == whole
    message = client.head_object(Bucket=bucket.bucket, Key=key, ChecksumMode="ENABLED")
    assert message["ChecksumCRC32"] == s3_uploads.measured_file(large_folder / "movies.csv").crc32

    door.watch()
    assert take_in(location(bucket), large_folder) == []
    assert [call for call in door.calls if not call.startswith("HEAD")] == [], "what is there is not sent again"


def test_a_killed_upload_is_found_and_continued(large_folder: Path, bucket: S3Place, door: FaultyDoor) -> None:
    for parts in (2, 4):
        door.watch()
        already = kept_parts(bucket)
        process = multiprocessing.get_context("spawn").Process(target=take_in, args=(location(bucket), large_folder))
        process.start()
        while parts_sent(door) + already < parts and process.is_alive():
            time.sleep(0.001)
        process.kill()
        process.join()
        assert process.exitcode != 0
        assert bucket.server.keys(bucket.bucket) == [], "nobody sees half a file"
    kept = kept_parts(bucket)
    assert kept >= 2
    door.watch()
    reported = take_in(location(bucket), large_folder)
    assert sum("was there" in line for line in reported) == kept
    assert parts_sent(door) == 5 - kept
    assert bucket.server.uploads(bucket.bucket) == []
    content = bucket.server.client().get_object(Bucket=bucket.bucket, Key=f"{bucket.prefix}/{MOVIES_PATH}")["Body"]
    assert content.read() == (large_folder / "movies.csv").read_bytes()


def kept_parts(bucket: S3Place) -> int:
    """The parts that S3 has of an upload that is not complete."""
    client, key = bucket.server.client(), f"{bucket.prefix}/{MOVIES_PATH}"
    uploads = client.list_multipart_uploads(Bucket=bucket.bucket).get("Uploads", [])
    assert len(uploads) <= 1
    return sum(
        len(client.list_parts(Bucket=bucket.bucket, Key=key, UploadId=each["UploadId"]).get("Parts", []))
        for each in uploads
    )


def test_parts_of_an_older_file_are_given_up(large_folder: Path, bucket: S3Place, door: FaultyDoor) -> None:
    client, key = bucket.server.client(), f"{bucket.prefix}/{MOVIES_PATH}"
    older = client.create_multipart_upload(Bucket=bucket.bucket, Key=key)["UploadId"]
    client.upload_part(Bucket=bucket.bucket, Key=key, UploadId=older, PartNumber=1, Body=b"x" * PART)
    door.watch()
    take_in(location(bucket), large_folder)
    assert parts_sent(door) == 5
    assert bucket.server.uploads(bucket.bucket) == []
    content = client.get_object(Bucket=bucket.bucket, Key=key)["Body"].read()
    assert content == (large_folder / "movies.csv").read_bytes()


@pytest.mark.parametrize("fault", [Fault.SLOW_DOWN, Fault.CUT, Fault.ANSWER_LOST, Fault.SILENT])
def test_a_call_that_fails_once_is_tried_again(
    large_folder: Path, bucket: S3Place, door: FaultyDoor, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_waiting(monkeypatch)
    # HEAD, the listing, the beginning, and then the second part.
    door.break_call(5, fault)
    assert len(take_in(location(bucket), large_folder)) == 5
    content = bucket.server.client().get_object(Bucket=bucket.bucket, Key=f"{bucket.prefix}/{MOVIES_PATH}")["Body"]
    assert content.read() == (large_folder / "movies.csv").read_bytes()


def test_a_refused_upload_is_reported_in_a_line_and_what_was_sent_is_not_sent_again(
    large_folder: Path, bucket: S3Place, door: FaultyDoor
) -> None:
    door.break_call(6, Fault.EXPIRED, times=99)
    with pytest.raises(PlatformError, match=rf"^{MOVIES_PATH} can't be written to the lake at .*have expired.*$"):
        take_in(location(bucket), large_folder)
    assert kept_parts(bucket) == 2
    door.watch()
    assert sum("was there" in line for line in take_in(location(bucket), large_folder)) == 2


def test_what_arrives_changed_is_not_taken_for_the_file(
    large_folder: Path, bucket: S3Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sent(place: s3_uploads.Place, upload: str, number: int, content: bytes) -> str:
        changed = content[:-1] + b"!"
        answer = place.client.upload_part(**place.named, UploadId=upload, PartNumber=number, Body=changed)
        return answer["ETag"]

    monkeypatch.setattr(s3_uploads, "_sent", sent)
    with pytest.raises(PlatformError, match=rf"^{MOVIES_PATH} is not what .*movies.csv is: .*checksum"):
        take_in(location(bucket), large_folder)
