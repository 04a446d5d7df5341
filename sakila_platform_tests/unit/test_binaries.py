"""Which database server a machine gets, and from where: machines of all kinds, none of them this one."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from sakila_platform.embedded.machine import CommandResult, Machine
from sakila_platform.embedded.mariadb.binaries import find_binaries, obtain_binaries, packages_folder
from sakila_platform.errors import PlatformError, UsageError
from sakila_platform.settings.places import MARIADBD

DEBIAN = ("apt-get", "dpkg")
A_DAY, A_MONTH = 24 * 3600, 30 * 24 * 3600


def install_server(prefix: Path, version: str = "10.11.6-MariaDB", name: str = "mariadbd") -> Path:
    """A program that says it is a server, with its system tables where a package puts them."""
    program = prefix / "sbin" / name
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(f"#!/bin/sh\necho '{name}  Ver {version} for Linux on x86_64'\n")
    program.chmod(0o755)
    tables = prefix / "share" / "mysql" / "mysql_system_tables.sql"
    tables.parent.mkdir(parents=True, exist_ok=True)
    tables.touch()
    return program


class FakeMachine:
    """A machine of which one can say what it has, and read what was asked of it."""

    def __init__(self, folder: Path) -> None:
        self.prefix = folder / "usr"
        self.lists = folder / "lists"
        self.programs: dict[str, str] = {}
        self.user_id = 1000
        self.asked: list[str] = []
        self.answers: dict[str, Callable[[Sequence[str], Path | None], CommandResult]] = {}

    def has(self, *programs: str) -> FakeMachine:
        self.programs.update({program: f"/usr/bin/{program}" for program in programs})
        return self

    def has_package_lists(self, seconds_old: float) -> FakeMachine:
        self.lists.mkdir()
        packages = self.lists / "mirror_main_binary-amd64_Packages.lz4"
        packages.touch()
        then = time.time() - seconds_old
        os.utime(packages, (then, then))
        return self

    def answers_to(self, words: str, answer: Callable[[Sequence[str], Path | None], CommandResult]) -> FakeMachine:
        self.answers[words] = answer
        return self

    def installs(self) -> FakeMachine:
        def install(command: Sequence[str], folder: Path | None) -> CommandResult:
            install_server(self.prefix)
            return CommandResult(0, "Setting up mariadb-server-core")

        return self.answers_to("apt-get install", install).answers_to("/usr/bin/brew install", install)

    def run(self, command: Sequence[str], folder: Path | None) -> CommandResult:
        said = " ".join(command)
        self.asked.append(said)
        for words, answer in self.answers.items():
            # A word like "install" must be among the command's, options in between or not.
            if all(word in said.split() for word in words.split()):
                return answer(command, folder)
        return CommandResult(0, "")

    def did(self, *words: str) -> list[str]:
        return [said for said in self.asked if all(word in said.split() for word in words)]

    @property
    def machine(self) -> Machine:
        return Machine(
            run=self.run,
            which=lambda name: self.programs.get(name),
            user_id=self.user_id,
            server_folders=(self.prefix / "sbin",),
            package_lists=self.lists,
        )


@pytest.fixture
def laptop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeMachine:
    """A machine without anything; nothing is done as root."""
    monkeypatch.delenv(MARIADBD.name, raising=False)
    return FakeMachine(tmp_path)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "state"


def obtain(home: Path, laptop: FakeMachine) -> Path:
    return obtain_binaries(home, lambda _: None, laptop.machine).path


def refuse(command: Sequence[str], folder: Path | None) -> CommandResult:
    return CommandResult(100, "Reading package lists...\nE: Unable to locate package mariadb-server-core\n")


def plan(command: Sequence[str], folder: Path | None) -> CommandResult:
    return CommandResult(
        0, "NOTE: This is only a simulation!\nInst libaio1 (0.3 Debian)\nInst libc6 [2.36] (2.41 Debian)\n"
    )


def download(command: Sequence[str], folder: Path | None) -> CommandResult:
    assert folder is not None
    for name in command[command.index("download") + 1 :]:
        (folder / f"{name}_1_amd64.deb").touch()
    return CommandResult(0, "")


def unpack(command: Sequence[str], folder: Path | None) -> CommandResult:
    package, target = Path(command[2]), Path(command[3])
    if package.name.startswith("mariadb-server-core"):
        install_server(target / "usr")
    if package.name.startswith("libaio1"):
        library = target / "usr" / "lib" / "x86_64-linux-gnu" / "libaio.so.1"
        library.parent.mkdir(parents=True)
        library.touch()
    return CommandResult(0, "")


def unpacks(laptop: FakeMachine) -> FakeMachine:
    """A Debian whose user is nobody in particular, with a mirror that answers."""
    laptop.has(*DEBIAN).answers_to("--simulate", plan)
    return laptop.answers_to("download", download).answers_to("dpkg", unpack)


def test_a_server_on_path_is_taken_as_it_is(home: Path, laptop: FakeMachine, tmp_path: Path) -> None:
    program = install_server(tmp_path / "opt")
    laptop.has(*DEBIAN).programs["mariadbd"] = str(program)
    assert obtain(home, laptop) == program
    assert laptop.asked == []


def test_a_server_outside_path_is_found_in_the_usual_folders(home: Path, laptop: FakeMachine) -> None:
    program = install_server(laptop.prefix, version="8.0.36", name="mysqld")
    found = find_binaries(home, laptop.machine)
    assert found is not None
    assert (found.path, found.name, found.is_mariadb) == (program, "MySQL 8.0.36", False)


def test_the_setting_wins_over_path(
    home: Path, laptop: FakeMachine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop.programs["mariadbd"] = str(install_server(tmp_path / "opt"))
    chosen = install_server(tmp_path / "chosen", version="11.4.2-MariaDB")
    monkeypatch.setenv(MARIADBD.name, str(chosen))
    assert obtain(home, laptop) == chosen


@pytest.mark.parametrize("named", ["/nowhere/mariadbd", "/bin/true", "/tmp"])
def test_a_setting_that_names_no_server_is_refused_in_one_line(
    named: str, home: Path, laptop: FakeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop.user_id = 0
    monkeypatch.setenv(MARIADBD.name, named)
    with pytest.raises(UsageError, match=f"SAKILA_MARIADBD: '{named}' is no MariaDB") as refused:
        obtain(home, laptop.has(*DEBIAN).installs())
    assert "\n" not in str(refused.value)
    assert laptop.asked == []


@pytest.mark.parametrize("version", ["10.3.39-MariaDB", "5.7.44"])
def test_a_server_too_old_for_the_platform_is_passed_over(version: str, home: Path, laptop: FakeMachine) -> None:
    install_server(laptop.prefix, version=version)
    assert find_binaries(home, laptop.machine) is None


def test_a_mariadb_without_its_system_tables_is_passed_over(home: Path, laptop: FakeMachine) -> None:
    install_server(laptop.prefix)
    (laptop.prefix / "share" / "mysql" / "mysql_system_tables.sql").unlink()
    assert find_binaries(home, laptop.machine) is None


def test_root_installs_debians_packages_without_their_recommendations(home: Path, laptop: FakeMachine) -> None:
    laptop.user_id = 0
    laptop.has(*DEBIAN).has_package_lists(A_DAY).installs()
    assert obtain(home, laptop) == laptop.prefix / "sbin" / "mariadbd"
    (installation,) = laptop.did("apt-get", "install")
    assert installation.startswith("env DEBIAN_FRONTEND=noninteractive apt-get")
    assert installation.endswith("-y --no-install-recommends mariadb-server-core mariadb-client-core")
    assert not laptop.did("apt-get", "update")


@pytest.mark.parametrize("seconds_old", [None, A_MONTH])
def test_missing_or_old_package_lists_are_fetched_first(
    seconds_old: float | None, home: Path, laptop: FakeMachine
) -> None:
    laptop.user_id = 0
    laptop.has(*DEBIAN).installs()
    if seconds_old:
        laptop.has_package_lists(seconds_old)
    obtain(home, laptop)
    (update,) = laptop.did("apt-get", "update")
    (installation,) = laptop.did("apt-get", "install")
    assert laptop.asked.index(update) < laptop.asked.index(installation)


def test_an_installation_that_fails_is_tried_again_with_newer_lists(home: Path, laptop: FakeMachine) -> None:
    def update(command: Sequence[str], folder: Path | None) -> CommandResult:
        laptop.installs()
        return CommandResult(0, "")

    laptop.user_id = 0
    laptop.has(*DEBIAN).has_package_lists(A_DAY).answers_to("apt-get install", refuse)
    laptop.answers_to("apt-get update", update)
    obtain(home, laptop)
    assert len(laptop.did("apt-get", "install")) == 2


def test_packages_are_asked_for_by_the_name_the_release_gives_them(home: Path, laptop: FakeMachine) -> None:
    laptop.user_id = 0
    laptop.has(*DEBIAN).has_package_lists(A_DAY).installs()
    names = "mariadb-server-core-10.3\nmariadb-server-core-10.6\nmariadb-server-core-10.6-dbgsym\n"
    laptop.answers_to("pkgnames", lambda command, folder: CommandResult(0, names))
    obtain(home, laptop)
    (installation,) = laptop.did("apt-get", "install")
    assert installation.endswith("mariadb-server-core-10.6 mariadb-client-core-10.6")


def test_sudo_installs_if_it_asks_for_no_password(home: Path, laptop: FakeMachine) -> None:
    laptop.has(*DEBIAN, "sudo").has_package_lists(A_DAY).installs()
    obtain(home, laptop)
    (installation,) = laptop.did("apt-get", "install")
    assert installation.startswith("sudo -n env DEBIAN_FRONTEND=noninteractive apt-get")


def test_sudo_that_wants_a_password_is_left_alone(home: Path, laptop: FakeMachine) -> None:
    unpacks(laptop).has("sudo").answers_to(
        "sudo", lambda command, folder: CommandResult(1, "sudo: a password is required")
    )
    assert obtain(home, laptop).is_relative_to(packages_folder(home))
    assert laptop.did("sudo") == ["sudo -n true"]


def test_without_root_the_packages_and_missing_libraries_are_unpacked_in_the_state_folder(
    home: Path, laptop: FakeMachine
) -> None:
    found = obtain_binaries(home, lambda _: None, unpacks(laptop).machine)
    folder = packages_folder(home)
    assert found.path == folder / "usr" / "sbin" / "mariadbd"
    assert found.command == (
        "/usr/bin/env",
        f"LD_LIBRARY_PATH={folder / 'usr' / 'lib' / 'x86_64-linux-gnu'}",
        str(found.path),
    )
    # libc6 would bring a loader that the system's own programs can't be run by.
    (fetched,) = laptop.did("apt-get", "download")
    assert fetched.endswith("download libaio1 mariadb-client-core mariadb-server-core")
    assert sorted(path.name for path in home.iterdir()) == ["packages"]
    assert sorted(path.name for path in folder.iterdir()) == ["usr"]


def test_what_was_unpacked_before_is_used_again(home: Path, laptop: FakeMachine) -> None:
    unpacks(laptop)
    first = obtain(home, laptop)
    asked = len(laptop.asked)
    assert obtain(home, laptop) == first
    assert len(laptop.asked) == asked


def test_without_root_and_without_lists_apt_keeps_lists_of_its_own(home: Path, laptop: FakeMachine) -> None:
    def plan_with_own_lists(command: Sequence[str], folder: Path | None) -> CommandResult:
        return plan(command, folder) if "-o" in command else refuse(command, folder)

    unpacks(laptop).answers_to("--simulate", plan_with_own_lists)
    obtain(home, laptop)
    (update,) = laptop.did("apt-get", "update")
    assert f"Dir::State={home / 'packages.partial' / 'lists' / 'state'}" in update


def test_an_unpacking_that_was_cut_off_is_done_again(home: Path, laptop: FakeMachine) -> None:
    leftover = home / "packages.partial" / "usr" / "sbin" / "mariadbd"
    leftover.parent.mkdir(parents=True)
    leftover.touch()
    assert obtain(home, unpacks(laptop)).is_relative_to(packages_folder(home))
    assert not (home / "packages.partial").exists()


def test_an_unpacking_that_fails_leaves_nothing_behind(home: Path, laptop: FakeMachine) -> None:
    unpacks(laptop).answers_to("dpkg", lambda command, folder: CommandResult(2, "dpkg-deb: error: no space left"))
    with pytest.raises(PlatformError, match="unpacking without root: dpkg-deb: error: no space left"):
        obtain(home, laptop)
    assert list(home.iterdir()) == []


def test_homebrew_installs_where_there_is_no_apt(home: Path, laptop: FakeMachine) -> None:
    laptop.has("brew").installs()
    assert obtain(home, laptop) == laptop.prefix / "sbin" / "mariadbd"
    assert laptop.asked == ["/usr/bin/brew install mariadb"]


def test_where_nothing_helps_one_line_names_every_way_out(home: Path, laptop: FakeMachine) -> None:
    laptop.has(*DEBIAN).answers_to("--simulate", refuse)
    with pytest.raises(PlatformError) as refused:
        obtain(home, laptop)
    line = str(refused.value)
    assert "\n" not in line
    for word in ("E: Unable to locate package", "mariadb-server-core", "brew", "SAKILA_MARIADBD", "SAKILA_MYSQL_URL"):
        assert word in line
