"""What a release is: scripts, wheel (with the SQL in it), Lambda archives, and the modules that go with them."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sakila_platform.deploy.release.archives import files_under, fingerprint, pure_wheel
from sakila_platform.deploy.release.lambda_archives import declared_functions, lambda_archive
from sakila_platform.errors import PlatformError

RELEASES = "deploy/"
CHECKOUT = Path(__file__).resolve().parents[3]
WHEEL = "sakila_platform-0.1.0-py3-none-any.whl"
_PIN = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[^ ]+)( ; .*>=.*)?")


@dataclass(frozen=True)
class Release:
    """Files by path and SHA-256 (base64, as Lambda has it), and the contents of a checkout's."""

    version: str
    files: Mapping[str, str]
    pins: Mapping[str, str]
    """Modules by name, with the version that the release was made with: name==version."""
    contents: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def key(self, path: str) -> str:
        """Where a file of the release is in the bucket."""
        return f"{RELEASES}{self.version}/{path}"


def release_of_checkout(version: str = "", root: Path = CHECKOUT) -> Release:
    """What the checkout has. Without a version it is named after its contents. Raises PlatformError outside of one."""
    if not (root / "glue_scripts").is_dir():
        raise PlatformError("There are no glue_scripts beside the package. Deploy from a checkout of the project.")
    contents = {f"glue_scripts/{path.name}": path.read_bytes() for path in sorted((root / "glue_scripts").glob("*.py"))}
    package = {
        **files_under(root / "sakila_platform", "sakila_platform"),
        **files_under(root / "sql", "sakila_platform/sql"),
    }
    name, number = WHEEL.split("-")[:2]
    contents[f"wheels/{WHEEL}"] = pure_wheel(name, number, package)
    for function in declared_functions():
        contents[f"functions/{function.archive}.zip"] = lambda_archive(function)
    pins = _pinned((root / "constraints.txt").read_text(encoding="utf-8"))
    version = version or fingerprint([*contents.items(), ("pins", "\n".join(pins.values()).encode())])
    return Release(version, {path: _sha256(content) for path, content in contents.items()}, pins, contents)


def _pinned(constraints: str) -> dict[str, str]:
    """The versions that Glue's Python is given: of two by interpreter, the one of the newer."""
    found = (_PIN.fullmatch(line) for line in constraints.splitlines())
    return {pin["name"]: f"{pin['name']}=={pin['version']}" for pin in found if pin}


def _sha256(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()
