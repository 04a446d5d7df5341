"""The server from Debian's and Ubuntu's packages: installed by who may, else unpacked in the state folder."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from sakila_platform.embedded.machine import CommandResult, Machine

PACKAGES = ("mariadb-server-core", "mariadb-client-core")
_LISTS_ARE_STALE_AFTER_SECONDS = 7 * 24 * 3600
_INSTALL = ("install", "-y", "--no-install-recommends")
_TO_INSTALL = re.compile(r"^Inst (\S+)", re.MULTILINE)
# The dynamic loader belongs to the C library it came with: another one beside it can't be loaded.
_NEVER_UNPACKED = ("libc6", "libc-bin")


def install_packages(machine: Machine, report: Callable[[str], None]) -> str:
    """Install the server for the whole machine, as root or by sudo without a password.

    Returns "" when that was done, else the reason why not.
    """
    if not machine.which("apt-get"):
        return "there is no apt-get"
    privilege = _privilege(machine)
    if privilege is None:
        return "apt-get needs root or sudo without a password"
    apt_get = (*privilege, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120")
    lists_are_fresh = _lists_are_fresh(machine.package_lists)
    if not lists_are_fresh:
        _update(machine, apt_get, report)
    outcome = _install(machine, apt_get, report)
    if outcome.code and lists_are_fresh:
        # Fresh by date, yet without the package: an image may ship with other lists than its mirror now serves.
        _update(machine, apt_get, report)
        outcome = _install(machine, apt_get, report)
    return f"apt-get: {outcome.last_line}" if outcome.code else ""


def unpack_packages(folder: Path, machine: Machine, report: Callable[[str], None]) -> str:
    """Fetch the server's packages, and those it needs that are missing, and unpack them in a folder: no root needed.

    Returns "" when that was done, else the reason why not. The folder is there when it is complete, and only then.
    """
    if not (machine.which("apt-get") and machine.which("dpkg")):
        return "there is no apt-get and dpkg"
    aside = folder.with_name(folder.name + ".partial")
    shutil.rmtree(aside, ignore_errors=True)
    (aside / "downloads").mkdir(parents=True, exist_ok=True)
    report(f"Fetching {' and '.join(PACKAGES)} into {folder}")
    options: tuple[str, ...] = ()
    outcome = _download(aside / "downloads", machine, options)
    if outcome.code:
        report("Fetching the package lists")
        options = _own_lists(aside / "lists")
        machine.run(("apt-get", "-q", *options, "update"), None)
        outcome = _download(aside / "downloads", machine, options)
    for package in sorted((aside / "downloads").glob("*.deb")) if outcome.code == 0 else ():
        outcome = machine.run(("dpkg", "-x", str(package), str(aside)), None)
        if outcome.code:
            break
    if outcome.code:
        shutil.rmtree(aside, ignore_errors=True)
        return f"unpacking without root: {outcome.last_line}"
    for done_with in ("downloads", "lists"):
        shutil.rmtree(aside / done_with, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)
    return ""


def library_folders(folder: Path) -> tuple[Path, ...]:
    """Where unpacked packages keep their shared libraries."""
    candidates = [*folder.glob("usr/lib/*-linux-*"), *folder.glob("lib/*-linux-*"), folder / "usr/lib", folder / "lib"]
    return tuple(candidate for candidate in candidates if any(candidate.glob("*.so*")))


def _privilege(machine: Machine) -> tuple[str, ...] | None:
    if machine.user_id == 0:
        return ()
    if machine.which("sudo") and machine.run(("sudo", "-n", "true"), None).code == 0:
        return ("sudo", "-n")
    return None


def _lists_are_fresh(lists: Path) -> bool:
    try:
        ages = [time.time() - found.stat().st_mtime for found in lists.glob("*_Packages*")]
    except OSError:
        return False
    return bool(ages) and min(ages) < _LISTS_ARE_STALE_AFTER_SECONDS


def _update(machine: Machine, apt_get: tuple[str, ...], report: Callable[[str], None]) -> None:
    """A mirror that is down may leave the lists good enough, so the installation decides, not this."""
    report("Fetching the package lists (apt-get update)")
    machine.run((*apt_get, "update"), None)


def _install(machine: Machine, apt_get: tuple[str, ...], report: Callable[[str], None]) -> CommandResult:
    packages = _package_names(machine, ())
    report(f"Installing {' and '.join(packages)} (apt-get)")
    return machine.run((*apt_get, *_INSTALL, *packages), None)


def _package_names(machine: Machine, options: tuple[str, ...]) -> tuple[str, ...]:
    """The packages as this release calls them: Ubuntu 22.04's end in a version."""
    names = machine.run(("apt-cache", *options, "pkgnames", PACKAGES[0]), None).output.split()
    versions = [name.removeprefix(PACKAGES[0]) for name in names if re.fullmatch(PACKAGES[0] + r"(-[\d.]+)?", name)]
    newest = min(versions, key=lambda version: (bool(version), _descending(version)), default="")
    return tuple(package + newest for package in PACKAGES)


def _descending(version: str) -> tuple[int, ...]:
    return tuple(-int(part) for part in re.findall(r"\d+", version))


def _download(folder: Path, machine: Machine, options: tuple[str, ...]) -> CommandResult:
    packages = _package_names(machine, options)
    plan = machine.run(("apt-get", "-q", *options, "--simulate", *_INSTALL, *packages), None)
    if plan.code:
        return plan
    missing = {name for name in _TO_INSTALL.findall(plan.output) if name.partition(":")[0] not in _NEVER_UNPACKED}
    wanted = sorted(missing | set(packages))
    return machine.run(("apt-get", "-q", *options, "download", *wanted), folder)


def _own_lists(folder: Path) -> tuple[str, ...]:
    """Options with which apt keeps lists and cache of its own in a folder that needs no root."""
    for name in ("state/lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    places = {
        "Dir::State": folder / "state",
        "Dir::State::status": Path("/var/lib/dpkg/status"),
        "Dir::Cache": folder / "cache",
    }
    return tuple(word for place, path in places.items() for word in ("-o", f"{place}={path}"))
