"""One process at a time works in a state folder: two that write the same days would only wait for each other."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sakila_platform.errors import PlatformError
from sakila_platform.private_folders import make_private_folder


@contextmanager
def working_alone(home: Path) -> Iterator[None]:
    """Hold the state folder, which is made if need be; the lock ends with its holder, however that ends.

    Raises PlatformError when another process holds it, or the folder can't be written.
    """
    try:
        make_private_folder(home)
        handle = (home / "work.lock").open("a+")
    except OSError as error:
        raise PlatformError(
            f"The state folder {home} can't be used: {error.strerror}. Name one you can write to in SAKILA_HOME."
        ) from None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            holder = handle.read().strip() or "unknown"
            raise PlatformError(
                f"Another process ({holder}) is working in {home}. Wait for it, or name another SAKILA_HOME."
            ) from None
        handle.truncate(0)
        handle.write(f"pid {os.getpid()}")
        handle.flush()
        yield
