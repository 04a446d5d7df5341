"""From an empty account to the warehouse: what `deploy` put there is run in the workflow's order, on real Spark."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from sakila_platform.cli.deploy import apply_environment
from sakila_platform_tests.aws_account import REGION, Account, running_account
from sakila_platform_tests.platform import Platform
from sakila_platform_tests.spark import jdbc_driver, small_spark_defaults

DAY = "2005-05-25"


def test_what_is_deployed_to_an_empty_account_gives_the_warehouse_of_a_laptop(
    platform: Platform, tmp_path: Path
) -> None:
    platform.run(DAY)
    on_a_laptop = platform.warehouse_contents()
    platform.start_over()
    platform.set(MYSQL_URL=platform.shop.url, WAREHOUSE_URL=platform.warehouse_address.url)

    with running_account() as account:
        apply_environment("test", "", [].append, account.aws())
        machine = JobsOnThisMachine(account, platform, tmp_path)
        done = [machine.run(action) for action in workflow_run(account.by_hand("glue"), "sakila-test-daily")]

    assert done == [
        "job extract-stage",
        "job build-final",
        "crawler stage",
        "crawler final",
        "crawler marts",
        "job load-warehouse",
    ]
    assert platform.warehouse_contents() == on_a_laptop


def workflow_run(glue: Any, workflow: str) -> Iterator[Mapping[str, str]]:
    """The actions of a workflow's triggers, each when all that its trigger waits for has ended well."""
    triggers = [each for each in glue.get_triggers()["Triggers"] if each.get("WorkflowName") == workflow]
    ended: set[str] = set()
    while triggers:
        ready = next(each for each in triggers if conditions(each) <= ended)
        triggers.remove(ready)
        for action in ready["Actions"]:
            yield action
            ended.update(action.values())


def conditions(trigger: Mapping[str, Any]) -> set[str]:
    """The jobs and crawlers that a trigger waits for; none for the one that has a clock."""
    waited_for = trigger.get("Predicate", {}).get("Conditions", [])
    assert bool(waited_for) == (trigger["Type"] == "CONDITIONAL")
    return {each.get("JobName") or each["CrawlerName"] for each in waited_for}


class JobsOnThisMachine:
    """Jobs of the account, run here from what is in its bucket; only the lake is a folder, for want of Spark's S3."""

    def __init__(self, account: Account, platform: Platform, folder: Path) -> None:
        self.account = account
        self.lake = platform.folder / "lake"
        self.folder = folder
        self.environment = {
            **os.environ,
            "AWS_ENDPOINT_URL": account.endpoint,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "SPARK_CONF_DIR": str(small_spark_defaults(folder)),
        }
        # A job knows addresses from its arguments, and logins from Secrets Manager.
        for name in ("SAKILA_MYSQL_URL", "SAKILA_WAREHOUSE_URL", "SAKILA_LAKE"):
            self.environment.pop(name, None)

    def run(self, action: Mapping[str, str]) -> str:
        """Start a crawler, or run a job to its end. Returns what it was."""
        glue = self.account.by_hand("glue")
        if crawler := action.get("CrawlerName"):
            glue.start_crawler(Name=crawler)
            return f"crawler {crawler.removeprefix('sakila-test-')}"
        job = glue.get_job(JobName=action["JobName"])["Job"]
        arguments = {**job["DefaultArguments"], "--lake": str(self.lake), "--jars": str(jdbc_driver()), "--days": DAY}
        script = self.folder / "script.py"
        script.write_bytes(self.fetched(job["Command"]["ScriptLocation"]))
        wheel = arguments["--additional-python-modules"].split(",")[0]
        done = subprocess.run(
            [sys.executable, str(script), *(word for pair in arguments.items() for word in pair)],
            # Before the checkout that the tests themselves run from.
            env={**self.environment, "PYTHONPATH": str(self.unpacked(wheel))},
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return f"job {job['Name'].removeprefix('sakila-test-')}"

    def unpacked(self, wheel: str) -> Path:
        """The wheel as pip would install it."""
        packages = self.folder / "packages"
        if not packages.exists():
            with zipfile.ZipFile(io.BytesIO(self.fetched(wheel))) as archive:
                archive.extractall(packages)
            assert (packages / "sakila_platform" / "sql" / "rentals" / "final" / "fact_rental.sql").is_file()
        return packages

    def fetched(self, address: str) -> bytes:
        """An object by its address."""
        parts = urlsplit(address)
        found = self.account.by_hand("s3").get_object(Bucket=parts.netloc, Key=parts.path.lstrip("/"))
        return found["Body"].read()


@pytest.fixture(autouse=True)
def a_driver() -> None:
    """Without Java or a JDBC driver, the test says so and is not run."""
    jdbc_driver()
