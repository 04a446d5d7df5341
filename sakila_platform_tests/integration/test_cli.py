"""The command line as people use it: processes of their own, on a state folder of their own, with exit codes."""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sakila_platform.cli.loopback import is_taken
from sakila_platform.cli.main import cli
from sakila_platform.lake.folder import FolderLake
from sakila_platform.lake.location import open_lake
from sakila_platform.lake.parquet_files import encode_parquet, stamped
from sakila_platform.model.naming import TableName, data_file
from sakila_platform.model.versions import Version
from sakila_platform.settings.calendar import CLOCK, FIRST_DAY
from sakila_platform.settings.places import DUMP, HOME, LAKE, LAKE_ENDPOINT, MYSQL_URL, POSTGRES_URL
from sakila_platform_tests.conventions.source_files import ROOT

# The last day of the recorded history is 2006-02-14: two of its days, and then the simulation.
BEGIN, NOW = "2006-02-13", "2006-02-18T12:00:00+00:00"
COMMANDS = (
    "demo",
    "up",
    "down",
    "load",
    "load-purchases",
    "ingest-catalogue",
    "run",
    "refill",
    "migrate",
    "query",
    "status",
    "doctor",
    "dev",
    "dashboards",
    "desk",
    "deploy",
)


@dataclass(frozen=True)
class Shell:
    """A shell with the settings of a state folder."""

    environment: dict[str, str]

    @property
    def home(self) -> Path:
        return Path(self.environment[HOME.name])

    def __call__(self, *words: str, **changed: str) -> subprocess.CompletedProcess[str]:
        """Run a command, with some settings changed."""
        return subprocess.run(
            [sys.executable, "-W", "ignore", "-c", "from sakila_platform.cli.main import main; main()", *words],
            cwd=ROOT,
            env={**self.environment, **changed},
            capture_output=True,
            text=True,
            timeout=240,
        )

    def done(self, *words: str) -> str:
        """What a command says that must succeed."""
        result = self(*words)
        assert result.returncode == 0, result.stderr + result.stdout
        return result.stdout


@pytest.fixture(scope="module")
def shell(official_dump: Path) -> Iterator[Shell]:
    """A state folder in which the demonstration ran: two recorded days and two simulated ones."""
    home = Path(tempfile.mkdtemp(prefix="sakila-cli-"))
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    shell = Shell(
        {
            **kept,
            DUMP.name: str(official_dump),
            HOME.name: str(home),
            FIRST_DAY.name: BEGIN,
            CLOCK.name: NOW,
        }
    )
    try:
        yield shell
    finally:
        shell("down")
        shutil.rmtree(home)


@pytest.fixture(scope="module")
def demo_output(shell: Shell) -> str:
    """What the first demonstration says."""
    return shell.done("demo", "--days", "2")


def assert_one_line(result: subprocess.CompletedProcess[str], code: int) -> str:
    """The one line on stderr with which a command ended."""
    assert result.returncode == code, result.stderr
    assert result.stderr.startswith("sakila-platform: ")
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_explained_with_an_example(shell: Shell, command: str) -> None:
    assert set(cli.commands) == set(COMMANDS)
    reported = shell.done(command, "--help")
    assert f"sakila-platform {command}" in reported.partition("Example")[2]


def test_a_demonstration_shows_five_answers_and_the_rows_of_each_layer(demo_output: str) -> None:
    for heading in ("Rentals per customer", "Rentals over time", "Rentals by weekday", "Top categories"):
        assert heading in demo_output
    for layer in ("oltp", "stage", "final", "warehouse"):
        of_layer = [line for line in demo_output.splitlines() if line.split()[:2] == ["rentals", layer]]
        assert any("2006-02-17" in line for line in of_layer), layer
    assert "Where to look next" in demo_output
    assert "2006-02-13..2006-02-14, 2 days" in demo_output
    assert "2006-02-16..2006-02-17, 2 days" in demo_output


def test_a_second_demonstration_does_only_what_is_not_done(shell: Shell, demo_output: str) -> None:
    again = shell.done("demo", "--days", "2")
    assert "Nothing has changed since the last time." in again
    assert "Running" not in again and "simulated:" not in again
    assert (
        again.partition("Rentals per customer")[2].partition("Done in")[0]
        == (demo_output.partition("Rentals per customer")[2].partition("Done in")[0])
    )


def test_a_range_of_days_is_run_from_the_shell(shell: Shell, demo_output: str) -> None:
    reported = shell.done("run", "rentals", "--from", "2006-02-13", "--to", "2006-02-14", "--no-analysis")
    assert "Running rentals, 2006-02-13..2006-02-14 (2 days)" in reported
    assert "Running rentals, 2006-02-13..2006-02-14 (2 days): done in" in reported
    # Both are recorded, so nobody was made to rent then; and that is said.
    assert "2 of 2 days were not simulated. 2006-02-14 is within the recorded history" in reported
    assert "Analysis" not in reported


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("run rentals --from 2006-02-30 --to 2006-03-01", "'2006-02-30' is not a day"),
        ("run rentals --from 2006-02-14 --to 2006-02-13", "The range ends (2006-02-13) before it begins"),
        ("run rentals --from 2005-05-24 --to 2005-05-24", "2005-05-24 is outside the calendar"),
        ("run rentals --from 2006-02-19 --to 2006-02-19", "which goes from 2006-02-13 to 2006-02-18"),
        ("demo --days 6", "--days 6 reaches back beyond 2006-02-13, the first day of the calendar. Give at most 5"),
        ("run rentals --from 2000-01-01 --to 2006-02-14", "but a run takes at most 400"),
        ("run rentals", "Give --from DAY and --to DAY; or --outdated"),
        ("run rentals --outdated --to 2006-02-14", "Give --from DAY and --to DAY; or --outdated"),
        ("run rental --from 2006-02-14 --to 2006-02-14", "There is no domain 'rental'. Give one of: catalogue,"),
    ],
)
def test_wrong_use_of_days_and_domains_is_one_line(shell: Shell, demo_output: str, words: str, reason: str) -> None:
    assert reason in assert_one_line(shell(*words.split()), 2)


def test_days_that_an_older_version_made_are_shown_and_made_anew(shell: Shell, demo_output: str) -> None:
    lake = open_lake(str(shell.home / "lake"))
    path = data_file(TableName("final", "sakila", "fact_payment"), "dt=2006-02-14")
    rows = pq.read_table(pa.BufferReader(lake.read(path)))
    lake.publish(path, encode_parquet(stamped(rows, Version("of another contract"))))

    shown = shell.done("status", "--versions")
    ran = shell.done("run", "rentals", "--outdated", "--no-analysis")

    assert "older contract and SQL" in shown
    assert "Make them anew: `sakila-platform run rentals --from 2006-02-14 --to 2006-02-14`" in shown
    assert "Running rentals, 2006-02-14..2006-02-14 (1 day)" in ran
    assert "No day of rentals was made by an older version." in shell.done("run", "rentals", "--outdated")
    assert "older" not in shell.done("status", "--versions")


def test_an_unknown_command_and_an_unknown_option_are_wrong_use(shell: Shell) -> None:
    assert shell("rub").returncode == 2
    assert shell("status", "--tabels").returncode == 2
    assert shell("query", "oracle", "SELECT 1").returncode == 2


@pytest.mark.parametrize(
    ("place", "sql"),
    [
        ("sakila", "SELECT COUNT(*) AS n FROM rental WHERE rental_date < '2006-02-15'"),
        ("warehouse", "SELECT COUNT(*) AS n FROM fact_rental"),
        ("lake", "SELECT COUNT(*) AS n FROM final_sakila.fact_rental"),
    ],
)
def test_each_place_answers_a_question(shell: Shell, demo_output: str, place: str, sql: str) -> None:
    (row,) = json.loads(shell.done("query", place, sql, "--format", "json"))
    # On the recorded history's last day, 182 films went out; nothing on the one before. 100 a day are simulated.
    expected = {"sakila": 16_044, "warehouse": 382, "lake": 382}
    assert row == {"n": expected[place]}


def test_answers_keep_decimals_dates_and_what_is_unknown(shell: Shell, demo_output: str) -> None:
    sql = (
        "SELECT CAST(4.90 AS DECIMAL(5, 2)) AS amount, DATE '2005-05-24' AS day, "
        "CAST('2005-05-24 22:53:30' AS DATETIME) AS moment, NULL AS nothing, 'a, \"b\"' AS words"
    )
    for place in ("warehouse", "lake"):
        as_json = shell.done("query", place, sql, "--format", "json")
        assert '"amount": 4.90' in as_json
        assert json.loads(as_json)[0] == {
            "amount": 4.9,
            "day": "2005-05-24",
            "moment": "2005-05-24 22:53:30",
            "nothing": None,
            "words": 'a, "b"',
        }
        as_csv = shell.done("query", place, sql, "--format", "csv")
        assert list(csv.reader(io.StringIO(as_csv)))[1] == ["4.90", "2005-05-24", "2005-05-24 22:53:30", "", 'a, "b"']
        assert "NULL" in shell.done("query", place, sql)


def test_an_answer_of_no_rows_keeps_its_columns(shell: Shell, demo_output: str) -> None:
    sql = "SELECT rental_id FROM fact_rental WHERE rental_id < 0"
    assert shell.done("query", "warehouse", sql, "--format", "csv") == "rental_id\n"
    assert json.loads(shell.done("query", "warehouse", sql, "--format", "json")) == []
    assert "0 rows" in shell.done("query", "warehouse", sql)


@pytest.mark.parametrize(
    ("place", "sql", "reason"),
    [
        (
            "warehouse",
            "SELECT * FROM fact_rentals",
            "no table fact_rentals in datawarehouse_sakila. Did you mean fact_",
        ),
        ("lake", "SELECT * FROM final_sakila.fact_rentl", "Did you mean final_sakila.fact_rental"),
        ("lake", "SELECT * FROM fact_rental", "Did you mean final_sakila.fact_rental"),
        ("lake", "SELECT rental_idd FROM final_sakila.fact_rental", "rental_id"),
        ("lake", "SELEC 1", "sakila-platform: "),
        ("sakila", "SELECT title FROM film WHERE", "sakila can't answer that"),
        ("sakila", "UPDATE film SET title = 'X'", "A query only reads"),
        ("sakila", "WITH one AS (SELECT 1) DELETE FROM film", "can't answer that"),
        ("warehouse", "SELECT 1; DROP TABLE fact_rental", "can't answer that"),
        ("warehouse", "SELECT 1 INTO OUTFILE '/tmp/out'", "A query only reads"),
        ("lake", "DROP TABLE final_sakila.fact_rental", "A query only reads"),
        ("lake", "COPY (SELECT 1) TO 'out.csv'", "A query only reads"),
        ("lake", "SELECT 1; SELECT 2", "A query only reads"),
    ],
)
def test_a_question_that_can_not_be_answered_is_one_line(
    shell: Shell, demo_output: str, place: str, sql: str, reason: str
) -> None:
    assert reason in assert_one_line(shell("query", place, sql), 2)


def test_status_tells_the_last_day_and_the_rows_of_each_table(shell: Shell, demo_output: str) -> None:
    lines = {tuple(line.split()) for line in shell.done("status", "--tables").splitlines()}
    assert ("rentals", "final", "fact_rental", "382", "2006-02-17") in lines
    assert ("rentals", "warehouse", "fact_rental", "382", "2006-02-17") in lines
    assert ("rentals", "stage", "customer", str(4 * 599).replace("2396", "2,396"), "2006-02-17") in lines


def test_status_with_what_can_not_be_reached_says_so_and_fails(shell: Shell, tmp_path: Path) -> None:
    nowhere = {
        MYSQL_URL.name: "mysql://me:secret-word@127.0.0.1:1",
        POSTGRES_URL.name: "postgresql://me:secret-word@127.0.0.1:1",
        LAKE.name: "s3://no-lake",
        LAKE_ENDPOINT.name: "http://127.0.0.1:1",
    }
    keys = {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing", "AWS_MAX_ATTEMPTS": "1"}
    for name in (MYSQL_URL.name, POSTGRES_URL.name, LAKE.name):
        chosen = {name: nowhere[name], LAKE_ENDPOINT.name: nowhere[LAKE_ENDPOINT.name]}
        result = shell("status", **{HOME.name: str(tmp_path), **chosen, **keys})
        line = assert_one_line(result, 1)
        assert "Not all could be counted" in line
        assert ("no-lake" if name == LAKE.name else "127.0.0.1:1") in line
        assert "secret-word" not in line + result.stdout
        # The rest is reported nevertheless.
        assert "What is in it" in result.stdout
    without = shell("status", **{MYSQL_URL.name: nowhere[MYSQL_URL.name]})
    assert "Sakila's data    not known" in without.stdout


def test_status_of_a_state_folder_with_nothing_in_it_is_nothing_yet(shell: Shell, tmp_path: Path) -> None:
    result = shell("status", **{HOME.name: str(tmp_path)})
    assert (result.returncode, result.stderr) == (0, "")
    assert "none yet" in result.stdout


def test_texts_of_an_answer_are_shown_as_they_are_and_move_no_cursor(shell: Shell) -> None:
    reported = shell.done("query", "lake", "SELECT '10:100:5 :smile: [bold]x[/bold]' || chr(27) || '[31m' AS \":ok:\"")
    assert reported.splitlines()[0].strip() == ":ok:"
    assert reported.splitlines()[2] == r"10:100:5 :smile: [bold]x[/bold]\x1b[31m"


def test_an_answer_that_standard_output_can_not_hold_is_escaped_for_people_and_refused_as_csv(shell: Shell) -> None:
    asked = ("query", "lake", "SELECT 'Łódź' AS city")
    assert r"\u0141\xf3d\u017a" in shell(*asked, PYTHONIOENCODING="ascii").stdout
    as_json = shell(*asked, "--format", "json", PYTHONIOENCODING="latin1")
    assert json.loads(as_json.stdout) == [{"city": "Łódź"}]
    line = assert_one_line(shell(*asked, "--format", "csv", PYTHONIOENCODING="latin1"), 1)
    assert "PYTHONIOENCODING=utf-8" in line


@pytest.mark.parametrize("place", ["lake", "sakila", "warehouse", "reviews"])
def test_a_query_that_is_not_utf8_is_refused_in_one_line(shell: Shell, place: str) -> None:
    assert "byte 0xff after 'SELECT '" in assert_one_line(shell("query", place, os.fsdecode(b"SELECT \xff")), 2)


def test_only_its_owner_can_enter_a_state_folder_and_a_lake_that_the_platform_made(
    shell: Shell, tmp_path: Path
) -> None:
    home, lake, of_yours = tmp_path / "new" / "home", tmp_path / "new" / "lake", tmp_path / "of yours"
    of_yours.mkdir(mode=0o755)
    shell("demo", "--days", "9999", **{HOME.name: str(home)})
    for folder in (lake, of_yours):
        FolderLake(str(folder)).publish("stage/sakila/film/dt=2006-02-13/part-0.parquet", b"rows")
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (home, lake, of_yours)] == [0o700, 0o700, 0o755]


@pytest.mark.parametrize(
    "words",
    [
        "run rentals --from 2006-02-14 --to 2006-02-14",
        "demo",
        "load",
        "up",
        "refill rentals",
        "dashboards",
        "desk --port 8999",
    ],
)
def test_a_state_folder_that_dagster_could_not_use_is_refused_in_one_line(
    shell: Shell, tmp_path: Path, words: str
) -> None:
    result = shell(*words.split(), SAKILA_HOME=str(tmp_path / "what?"))
    assert "a '?' can't be in the path of the state folder" in assert_one_line(result, 2)
    assert not list(tmp_path.iterdir())


def test_the_doctor_says_so_too(shell: Shell, tmp_path: Path) -> None:
    result = shell("doctor", SAKILA_HOME=str(tmp_path / "what?"))
    assert "a '?' can't be in the path of the state folder" in " ".join(result.stdout.split())
    assert "Missing: settings." in assert_one_line(result, 1)


def test_asking_does_not_wait_for_dagster(shell: Shell, demo_output: str) -> None:
    for words in (["--help"], ["status"], ["doctor"], ["query", "lake", "SELECT 1"], ["query", "sakila", "SELECT 1"]):
        program = (
            "import sys\nfrom sakila_platform.cli.main import main\n"
            f"try: main({words!r})\nexcept SystemExit: print('dagster' in sys.modules)"
        )
        result = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, env=shell.environment, capture_output=True, text=True
        )
        assert result.stdout.endswith("False\n"), result.stdout + result.stderr


def test_a_second_process_on_the_same_state_folder_is_refused_in_one_line(shell: Shell, demo_output: str) -> None:
    with (shell.home / "work.lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert "Another process" in assert_one_line(shell("demo"), 1)


def test_a_run_that_fails_says_why_in_one_line(shell: Shell, demo_output: str) -> None:
    lake = shell.home / "blocked"
    lake.mkdir()
    (lake / "stage").touch()
    result = shell("run", "rentals", "--from", "2006-02-14", "--to", "2006-02-14", SAKILA_LAKE=str(lake))
    line = assert_one_line(result, 1)
    assert "rentals_daily over 2006-02-14..2006-02-14 failed" in line
    assert str(lake) in line
    assert "Traceback" not in result.stdout


def test_a_server_that_does_not_answer_is_one_line(shell: Shell) -> None:
    for words in ("up", "query sakila SELECT", "run rentals --from 2006-02-14 --to 2006-02-14"):
        result = shell(*words.split(), SAKILA_MYSQL_URL="mysql://me:secret-word@127.0.0.1:1")
        assert "secret-word" not in assert_one_line(result, 1)


def test_doctor_names_what_is_missing(shell: Shell, tmp_path: Path) -> None:
    assert "Nothing essential is missing." in shell.done("doctor")
    (tmp_path / "file").touch()
    result = shell("doctor", SAKILA_LAKE=str(tmp_path / "file" / "lake"), SAKILA_MARIADBD="/no/such/server")
    assert "lake" in assert_one_line(result, 1)
    assert "/no/such/server" in result.stdout
    assert "name another folder in SAKILA_LAKE" in result.stdout
    tmp_path.chmod(0o755)
    assert f"chmod 700 {tmp_path}" in shell("doctor", **{HOME.name: str(tmp_path)}).stdout


def test_pages_on_a_port_that_is_taken_are_refused_in_one_line(shell: Shell) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        assert f"Port {port} is taken" in assert_one_line(shell("dev", "--port", port), 1)


def test_pages_started_in_the_background_by_a_script_end_when_they_are_told_to(shell: Shell) -> None:
    with _pages(shell) as pages:
        pages.send_signal(signal.SIGTERM)
        assert pages.wait(60) is not None


def test_pages_whose_folder_is_removed_say_so_in_one_line_and_end(shell: Shell, tmp_path: Path) -> None:
    with _pages(shell) as pages:
        kept = shell.home / "dagster_home"
        kept.rename(tmp_path / "dagster_home")
        try:
            _, said = pages.communicate(timeout=60)
        finally:
            shutil.rmtree(kept, ignore_errors=True)
            (tmp_path / "dagster_home").rename(kept)
    assert pages.returncode == 1
    assert f"{kept.resolve()} was removed while Dagster's web UI was using it" in said.splitlines()[-1]
    assert said.count("unable to open database file") < 10


@contextmanager
def _pages(shell: Shell) -> Iterator[subprocess.Popen[str]]:
    """Dagster's web UI as a script's `&` starts it, which has it ignore Ctrl-C; once it answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = f"from sakila_platform.cli.main import main; main(['dev', '--port', '{port}'])"
    pages = subprocess.Popen(
        ["sh", "-c", 'trap "" INT; exec "$@"', "sh", sys.executable, "-W", "ignore", "-c", program],
        cwd=ROOT,
        env=shell.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 120
        while not is_taken(port):
            assert pages.poll() is None and time.monotonic() < deadline
            time.sleep(0.2)
        yield pages
    finally:
        pages.kill()
        pages.wait()


def test_a_setting_that_can_not_be_understood_is_wrong_use(shell: Shell) -> None:
    line = assert_one_line(shell("run", "rentals", "--from", "2006-02-14", "--to", "2006-02-14", SAKILA_CLOCK="x"), 2)
    assert "SAKILA_CLOCK: 'x' is not usable" in line


@pytest.mark.parametrize("words", ["run rentals --from 2006-02-14 --to 2006-02-14", "demo --days 0", "dev --port 3999"])
def test_a_calendar_without_a_day_is_wrong_use(shell: Shell, words: str) -> None:
    line = assert_one_line(shell(*words.split(), **{FIRST_DAY.name: "2006-02-19"}), 2)
    assert f"{FIRST_DAY.name}: the calendar has no day" in line


@pytest.mark.parametrize("words", ["run rentals --from 2006-02-14 --to 2006-02-14", "demo", "refill rentals"])
@pytest.mark.parametrize("lake", ["gs://a/b", "s3://"])
def test_a_lake_that_is_no_lake_is_wrong_use_before_a_run_begins(shell: Shell, words: str, lake: str) -> None:
    result = shell(*words.split(), SAKILA_LAKE=lake)
    assert assert_one_line(result, 2).startswith(f"sakila-platform: {LAKE.name}: ")
    assert not result.stdout
