"""A Glue for tests: it runs the real scripts on this machine, as Glue would, and says of them what Glue says."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

from sakila_platform.deploy.declared.jobs import jobs_of
from sakila_platform.domains import DOMAINS

SCRIPTS = Path(__file__).resolve().parents[1] / "glue_scripts"


@dataclass
class _Run:
    process: subprocess.Popen[bytes]
    errors: IO[bytes]

    @property
    def state(self) -> str:
        code = self.process.poll()
        return "RUNNING" if code is None else "FAILED" if code else "SUCCEEDED"

    @property
    def reason(self) -> str:
        self.errors.seek(0)
        return self.errors.read().decode().strip().splitlines()[-1]


@dataclass
class GlueOnThisMachine:
    """boto3's Glue client, as far as a conductor calls it; a job is a process with the job's default arguments."""

    prefix: str
    defaults: Mapping[str, str]
    environment: Mapping[str, str]
    stopped: list[str] = field(default_factory=list)
    meta: Any = field(default_factory=lambda: SimpleNamespace(region_name="us-east-1"))
    _runs: list[_Run] = field(default_factory=list)

    def start_job_run(self, *, JobName: str, Arguments: Mapping[str, str]) -> dict[str, str]:
        """Start the script of a job that the inventory declares."""
        [job] = [job for job in jobs_of(DOMAINS) if f"{self.prefix}{job.name}" == JobName]
        words = [word for pair in {**self.defaults, **Arguments}.items() for word in pair]
        # As long as the run is asked about.
        errors = tempfile.TemporaryFile()  # noqa: SIM115
        process = subprocess.Popen(
            [sys.executable, str(SCRIPTS / job.script), "--JOB_NAME", JobName, *words],
            env={**os.environ, **self.environment},
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        self._runs.append(_Run(process, errors))
        return {"JobRunId": f"jr_{len(self._runs) - 1}"}

    def get_job_run(self, *, JobName: str, RunId: str) -> dict[str, Any]:
        """What is known of a run."""
        run = self._runs[int(RunId.removeprefix("jr_"))]
        reported = {"Id": RunId, "JobName": JobName, "JobRunState": run.state}
        return {"JobRun": {**reported, "ErrorMessage": run.reason} if run.state == "FAILED" else reported}

    def batch_stop_job_run(self, *, JobName: str, JobRunIds: Sequence[str]) -> dict[str, Any]:
        """Stop runs."""
        for run in JobRunIds:
            self._runs[int(run.removeprefix("jr_"))].process.kill()
        self.stopped += JobRunIds
        return {"SuccessfulSubmissions": [{"JobName": JobName, "JobRunId": run} for run in JobRunIds], "Errors": []}
