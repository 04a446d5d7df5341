"""Files of any kind in a lake: listed, read and put in place alike in a folder, on S3, and on a bucket alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sakila_platform.errors import PlatformError
from sakila_platform.lake.location import open_lake
from sakila_platform.lake.raw_files import BucketFiles, LakeFiles
from sakila_platform.lake.s3.bucket import open_bucket
from sakila_platform_tests.lake_places import s3_place
from sakila_platform_tests.s3_servers import S3Server

Files = LakeFiles | BucketFiles
A, B = "Raw/TMDB/JSON/Movies/2022/05/02/a.json", "Raw/TMDB/JSON/Movies/2022/05/03/b.json"


@pytest.fixture(params=["folder", "lake on S3", "bucket"])
def files(
    request: pytest.FixtureRequest, tmp_path: Path, s3_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Files]:
    if request.param == "folder":
        yield LakeFiles(open_lake(str(tmp_path)))
        return
    with s3_place(s3_server) as place:
        for name, value in place.environment.items():
            monkeypatch.setenv(name, value)
        location = f"s3://{place.bucket}/{place.prefix}"
        yield LakeFiles(open_lake(location)) if request.param == "lake on S3" else BucketFiles(open_bucket(location))


def test_what_is_put_in_place_is_listed_and_read(files: Files) -> None:
    assert list(files.paths("Raw/")) == []
    files.publish(B, b"[2]")
    files.publish(A, b"[1]")
    assert files.paths("Raw/") == files.paths("Raw/TMDB/JSON/Movies/") == [A, B]
    assert files.paths("Raw/TMDB/JSON/Movies/2022/05/02/") == [A]
    assert files.paths("Raw/TMDB/JSON/Mov/") == []
    assert files.read(A) == b"[1]"
    with files.opened(B) as opened:
        assert opened.read() == b"[2]"


def test_a_file_is_replaced_whole(files: Files) -> None:
    files.publish(A, b"[1, 1, 1]")
    files.publish(A, b"[2]")
    assert files.read(A) == b"[2]"
    with files.opened(A) as opened:
        assert opened.read() == b"[2]"


def test_a_file_that_is_not_there_is_reported(files: Files) -> None:
    with pytest.raises(PlatformError, match=rf"{A} can't be read"):
        files.read(A)


def test_a_lakes_file_has_a_size_and_a_version_that_changes_with_it(tmp_path: Path) -> None:
    lake = open_lake(str(tmp_path))
    lake.publish(A, b"[1]")
    [first] = lake.files("Raw/")
    lake.publish(A, b"[2]")
    [second] = lake.files("Raw/")
    assert (first.path, first.size) == (second.path, second.size) == (A, 3)
    assert first.version != second.version
