"""Lambda as the tests have it: a function's archive unpacked beside what Lambda brings, in a process of its own."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sakila_platform.deploy.release.lambda_archives import declared_functions, lambda_archive

# What Lambda's Python has beside its standard library.
RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "dateutil", "six")
TIME_IS_UP_AFTER = "TIME_IS_UP_AFTER"
"""The variable that says how often a function may look at the time before it is nearly up."""
_CALL = """
import importlib, json, os, sys
task, runtime, handler, event = sys.argv[1:]
sys.path.insert(0, task)
sys.path.append(runtime)
class Context:
    function_name, aws_request_id = "function", "request-1"
    looks_left = int(os.environ.get("TIME_IS_UP_AFTER", "1000000"))
    def get_remaining_time_in_millis(self):
        self.looks_left -= 1
        return 800_000 if self.looks_left >= 0 else 10_000
answer = importlib.import_module(handler).handler(json.loads(event), Context())
print(json.dumps(answer))
"""


def make_runtime(folder: Path) -> Path:
    """Fill a folder with boto3 and what it needs, and nothing else."""
    for package in RUNTIME:
        spec = find_spec(package)
        assert spec and spec.origin
        origin = Path(spec.origin)
        found = origin.parent if origin.name == "__init__.py" else origin
        (folder / found.name).symlink_to(found)
    return folder


def run_function(
    runtime: Path, task: Path, name: str, event: Mapping[str, Any], environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Call the function whose archive has that name in a process of its own, in an empty folder."""
    [function] = [each for each in declared_functions() if each.archive == name]
    if not task.exists():
        # Unpacked, as Lambda does: translations of holidays are files.
        with zipfile.ZipFile(io.BytesIO(lambda_archive(function))) as archive:
            archive.extractall(task)
    return subprocess.run(
        # Isolated, without site-packages: only the archive, the standard library and what Lambda brings.
        [sys.executable, "-I", "-S", "-c", _CALL, str(task), str(runtime), function.module, json.dumps(event)],
        env=dict(environment),
        cwd=task.parent,
        capture_output=True,
        text=True,
        timeout=60,
    )


def call_function(
    runtime: Path, task: Path, name: str, event: Mapping[str, Any], environment: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Call a function that succeeds. Returns the lines that it wrote, the last being its answer."""
    done = run_function(runtime, task, name, event, environment)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
