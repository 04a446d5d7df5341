"""The image that takes the CSV files in, as far as it shows without Docker: rules, packages, entry point."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

import pytest

from sakila_platform.catalogue.tmdb_stand_in.csv_rows import write_csv_files
from sakila_platform.catalogue.tmdb_stand_in.titles import generated_titles
from sakila_platform.settings.places import LAKE
from sakila_platform_tests.conventions.source_files import ROOT
from sakila_platform_tests.lake_places import s3_place
from sakila_platform_tests.s3_servers import S3Server

DOCKERFILE = ROOT / "catalogue.Dockerfile"
TEXT = DOCKERFILE.read_text(encoding="utf-8")
[ENTRY_POINT] = [json.loads(each) for each in re.findall(r"^ENTRYPOINT (.+)$", TEXT, re.MULTILINE)]
[PACKAGES] = [each.split() for each in re.findall(r"-c constraints.txt ([a-z0-9 ]+)$", TEXT, re.MULTILINE)]
# How packages are imported, where that is not their name; and what comes with boto3, click and pyarrow.
NEEDED = ("botocore", "s3transfer", "jmespath", "urllib3", "dateutil", "six")
_RUN = "import sys; sys.path[:0] = sys.argv.pop(1).split(':'); from sakila_platform.cli.main import main; main()"


@pytest.fixture
def container(tmp_path: Path) -> Path:
    """A folder with the image's packages and nothing else."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    for package in (*PACKAGES, *NEEDED):
        spec = find_spec(package)
        assert spec and spec.origin
        origin = Path(spec.origin)
        found = origin.parent if origin.name == "__init__.py" else origin
        (folder / found.name).symlink_to(found)
    (folder / "sakila_platform").symlink_to(ROOT / "sakila_platform")
    return folder


@pytest.fixture
def titles(tmp_path: Path) -> Path:
    write_csv_files(tmp_path / "titles", generated_titles(1, films=20, series=10), 1)
    return tmp_path / "titles"


def run(container: Path, titles: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The entry point on a volume, with the image's packages only."""
    arguments = [str(titles) if word == "/titles" else word for word in ENTRY_POINT[1:]]
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", _RUN, str(container), *arguments, *words],
        cwd=titles.parent,
        env=variables,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_image_is_made_by_the_rules_of_its_linter() -> None:
    checked = subprocess.run(
        [Path(sys.executable).with_name("hadolint"), DOCKERFILE.name], cwd=ROOT, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout


def test_what_the_image_copies_is_let_in_and_its_packages_have_versions() -> None:
    let_in = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    for names in re.findall(r"^COPY (.+) \S+$", TEXT, re.MULTILINE):
        for name in names.split():
            assert f"!{name}" in let_in, name
            assert (ROOT / name).exists(), name
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert all(re.search(rf"^{package}==", pinned, re.MULTILINE) for package in PACKAGES)


def test_the_volume_of_the_files_is_what_the_entry_point_reads() -> None:
    [volumes] = [json.loads(each) for each in re.findall(r"^VOLUME (.+)$", TEXT, re.MULTILINE)]
    assert ENTRY_POINT == ["sakila-platform", "ingest-catalogue", "/titles"]
    assert volumes == ["/titles", "/lake"]
    [lake] = re.findall(r"^ENV SAKILA_LAKE=(.+)$", TEXT, re.MULTILINE)
    assert lake in volumes
    commands = {point.name for point in distribution("sakila-platform").entry_points}
    assert ENTRY_POINT[0] in commands


def test_the_entry_point_needs_no_more_than_the_image_has(container: Path, titles: Path, tmp_path: Path) -> None:
    done = run(container, titles, "--day", "2022-05-02", SAKILA_LAKE=str(tmp_path / "lake"))
    assert done.returncode == 0, done.stderr
    for subject in ("Movies", "Series"):
        there = tmp_path / "lake" / f"Raw/Local/CSV/{subject}/2022/05/02/{subject.lower()}.csv"
        assert there.read_bytes() == (titles / there.name).read_bytes()


def test_the_entry_point_reaches_s3_too(container: Path, titles: Path, s3_server: S3Server) -> None:
    with s3_place(s3_server) as place:
        done = run(container, titles, "--day", "2022-05-02", **place.environment)
        assert done.returncode == 0, done.stderr
        keys = s3_server.keys(place.bucket)
        assert keys == [
            f"{place.prefix}/Raw/Local/CSV/Movies/2022/05/02/movies.csv",
            f"{place.prefix}/Raw/Local/CSV/Series/2022/05/02/series.csv",
        ]
        assert place.environment[LAKE.name] in done.stdout


def test_an_empty_volume_is_reported_in_a_line(container: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = run(container, tmp_path / "empty", SAKILA_LAKE=str(tmp_path / "lake"))
    assert done.returncode == 1
    assert done.stderr.startswith(f"sakila-platform: {tmp_path}/empty/movies.csv can't be read: No such file")
    assert len(done.stderr.splitlines()) == 1
