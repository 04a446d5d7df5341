"""Archives whose bytes depend on their contents alone: sorted paths, one date, one mode. Pure but for reading files."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644
_UNIX = 3
# Written by installers and interpreters, and different from machine to machine.
_LEFT_OUT_FOLDERS = frozenset({"__pycache__", "bin", "tests"})
_LEFT_OUT_FILES = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})
_LEFT_OUT_SUFFIXES = frozenset({".pyc", ".pyi"})


def reproducible_zip(files: Mapping[str, bytes]) -> bytes:
    """A ZIP archive of files by their paths: the same bytes for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _MODE << 16
            entry.create_system = _UNIX
            archive.writestr(entry, files[path])
    return buffer.getvalue()


def files_under(folder: Path, into: str) -> dict[str, bytes]:
    """Every file under a folder, by its path within the archive; what installers and interpreters wrote is left out."""
    return {
        f"{into}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and is_carried(path.relative_to(folder))
    }


def is_carried(path: Path) -> bool:
    """Whether a file of a package belongs in an archive."""
    return not (
        _LEFT_OUT_FOLDERS & set(path.parts) or path.name in _LEFT_OUT_FILES or path.suffix in _LEFT_OUT_SUFFIXES
    )


def pure_wheel(name: str, version: str, files: Mapping[str, bytes]) -> bytes:
    """A wheel of pure Python that names no dependencies: those a job is given are the release's."""
    folder = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    kind = "Wheel-Version: 1.0\nGenerator: sakila-platform\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    contents = {
        **files,
        f"{folder}/METADATA": metadata.encode(),
        f"{folder}/WHEEL": kind.encode(),
    }
    lines = [f"{path},sha256={_digest(content)},{len(content)}" for path, content in sorted(contents.items())]
    record = "\n".join([*lines, f"{folder}/RECORD,,", ""])
    return reproducible_zip({**contents, f"{folder}/RECORD": record.encode()})


def fingerprint(files: Iterable[tuple[str, bytes]]) -> str:
    """Twelve characters that stand for these files and no others."""
    whole = hashlib.sha256()
    for path, content in sorted(files):
        whole.update(f"{path}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return whole.hexdigest()[:12]


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
