"""Where work that does not fit in memory waits on disk, and the clearing of what dead processes left there."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from sakila_platform.settings.places import HOME

_ABANDONED_AFTER_SECONDS = 24 * 3600


def spill_folder() -> Path:
    """The folder under the state folder. Who uses it makes a folder or a file of its own there, and removes it."""
    return HOME.read().resolve() / "spill"


def sweep_abandoned(folder: Path) -> None:
    """Remove what processes that died left in a folder, once it is a day old and so belongs to nobody."""
    for path in folder.glob("*"):
        try:
            is_abandoned = time.time() - path.stat().st_mtime > _ABANDONED_AFTER_SECONDS
        except FileNotFoundError:
            continue
        if is_abandoned and path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif is_abandoned:
            path.unlink(missing_ok=True)
