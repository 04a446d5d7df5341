"""A browser for tests: the machine's Chromium, installed by apt-get where that may be done, driven headless."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_APT_SECONDS = 600
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """Chromium, closed afterwards. The test is left out, saying how to get one, on a machine that has none."""
    program = _found() or _installed()
    if not program:
        pytest.skip("no Chromium on this machine, and none could be installed: sudo apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


def _found() -> str | None:
    return next((path for path in map(shutil.which, _NAMES) if path), None)


def _installed() -> str | None:
    apt, sudo = shutil.which("apt-get"), shutil.which("sudo")
    if not apt or not (os.geteuid() == 0 or sudo):
        return None
    as_root = [] if os.geteuid() == 0 else [str(sudo), "-n"]
    install = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", apt, "install", "-qq", "-y", "chromium"]
    if subprocess.run(install, capture_output=True, stdin=subprocess.DEVNULL, timeout=_APT_SECONDS).returncode:
        # A fresh machine has no lists of packages yet.
        update = [*as_root, apt, "update", "-qq"]
        subprocess.run(update, capture_output=True, stdin=subprocess.DEVNULL, timeout=_APT_SECONDS)
        subprocess.run(install, capture_output=True, stdin=subprocess.DEVNULL, timeout=_APT_SECONDS)
    return _found()
