"""Folders of the platform's own: what is in them has names and addresses of people, so nobody else may enter."""

from __future__ import annotations

from pathlib import Path


def make_private_folder(folder: Path) -> None:
    """Make a folder that only its owner can enter. One that is there keeps the mode that it has. Raises OSError."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
