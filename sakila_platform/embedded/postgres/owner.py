"""As whom PostgreSQL runs, which refuses to be root: the user, root under another number, or `nobody`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sakila_platform.embedded.machine import Machine
from sakila_platform.errors import PlatformError

# Within a namespace of its own a process of root's may have any number; its files stay root's.
_UNDER_ANOTHER_NUMBER = ("unshare", "--user", "--map-user=1000")
_NOBODY = 65534
_AS_NOBODY = ("setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups", "--")


@dataclass(frozen=True)
class Owner:
    """What a command of PostgreSQL's begins with, and to whom its data folder has to belong (None: to us)."""

    prefix: tuple[str, ...] = ()
    number: int | None = None

    def pass_through(self, root: Path) -> None:
        """Let the owner reach what is his within a folder and the one above it; he sees nothing else on his way."""
        if self.number is not None:
            for folder in (root.parent, root):
                folder.chmod(folder.stat().st_mode | 0o011)

    def take(self, folder: Path) -> None:
        """Hand an empty folder to the owner."""
        if self.number is not None:
            os.chown(folder, self.number, self.number)


def owner_for(home: Path, machine: Machine) -> Owner:
    """How PostgreSQL can be run here. Raises PlatformError for a root who can neither rename nor hand over."""
    if machine.user_id != 0:
        return Owner()
    if machine.run((*_UNDER_ANOTHER_NUMBER, "true"), None).code == 0:
        return Owner(_UNDER_ANOTHER_NUMBER)
    # The state folder itself is opened for him, as far as he needs it.
    nearest = next(path for path in home.resolve().parents if path.exists())
    if machine.run((*_AS_NOBODY, "test", "-x", str(nearest)), None).code == 0:
        return Owner(_AS_NOBODY, _NOBODY)
    raise PlatformError(
        "PostgreSQL refuses to run as root, and here it can't be run as anybody else: user namespaces are "
        f"forbidden, and user nobody can't enter {nearest}. Run the platform as another user, put SAKILA_HOME where "
        "all may enter, or give any PostgreSQL in SAKILA_POSTGRES_URL."
    )
