"""The platform in an AWS account from a shell: planned, applied, destroyed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from sakila_platform.dashboards.mart_contracts import read_mart_contracts, require_contracts_kept
from sakila_platform.dashboards.quicksight.target import chosen_target
from sakila_platform.deploy.aws import Aws, open_aws
from sakila_platform.deploy.declared.dashboards import Published
from sakila_platform.deploy.engine import Action, Deployment, Step
from sakila_platform.deploy.environment import Environment, read_environment, require_environment_name
from sakila_platform.deploy.inventory import Inventory
from sakila_platform.deploy.kinds import kinds
from sakila_platform.deploy.release.contents import CHECKOUT
from sakila_platform.deploy.release.releases import release_named
from sakila_platform.domains import all_dashboards
from sakila_platform.errors import UsageError
from sakila_platform.settings.aws import AWS_REGION, SUBNETS

Report = Callable[[str], None]
_DONE = {Action.CREATE: "created", Action.CHANGE: "changed", Action.REMOVE: "removed", Action.KEEP: "kept"}
_TO_DO = {Action.CREATE: "to create", Action.CHANGE: "to change", Action.REMOVE: "to remove", Action.KEEP: "to keep"}


def plan_environment(name: str, version: str, report: Report, aws: Aws | None = None) -> list[Step]:
    """Report what `apply` would do, with each difference; nothing is changed. Returns the steps."""
    aws = aws or open_aws(AWS_REGION.read())
    environment, inventory = _inventory(aws, name, version, report)
    steps = _deployment(aws, name).plan(inventory.declarations())
    for step in steps:
        _report_step(step, report)
    report(_summed_up(steps, _TO_DO) or f"Environment {environment.name} is as declared.")
    if any(step.action is Action.REMOVE for step in steps):
        report("Apply refuses to remove things, and changes nothing then, unless it is given --allow-removals.")
    return steps


def apply_environment(
    name: str, version: str, report: Report, aws: Aws | None = None, allow_removals: bool = False
) -> list[Step]:
    """Bring the environment to what is declared; again, nothing is left to do. Returns the steps taken.

    Raises PlatformError, before anything is changed, when things would be removed without `allow_removals`.
    """
    aws = aws or open_aws(AWS_REGION.read())
    environment, inventory = _inventory(aws, name, version, report)
    steps = _deployment(aws, name).apply(
        inventory.declarations(), lambda step: _report_step(step, report), allow_removals
    )
    report(_summed_up(steps, _DONE) or f"Environment {environment.name} is as declared.")
    return steps


def destroy_environment(name: str, with_data: bool, report: Report, aws: Aws | None = None) -> list[Step]:
    """Remove what the environment has; data stay unless `with_data`. Returns the steps, kept things among them."""
    aws = aws or open_aws(AWS_REGION.read())
    require_environment_name(name)
    steps = _deployment(aws, name).destroy(with_data, lambda step: _report_step(step, report))
    report(_summed_up(steps, _DONE) or f"There is no environment {name}.")
    if any(step.action is Action.KEEP for step in steps):
        report(f"What holds data was kept. To delete it for good: --delete-data --yes-delete {name}")
    return steps


def require_confirmed(name: str, with_data: bool, confirmed: str) -> None:
    """Nothing when data may go: they were named twice. Raises UsageError otherwise."""
    if with_data and confirmed != name:
        raise UsageError(f"--delete-data deletes lake and databases of {name}. Say so twice: add --yes-delete {name}")


def _inventory(aws: Aws, name: str, version: str, report: Report) -> tuple[Environment, Inventory]:
    require_environment_name(name)
    environment = read_environment(name, aws.account(), _zone_of_first_subnet(aws))
    release = release_named(aws, environment.bucket, version)
    where = "this checkout" if release.contents else "the bucket"
    report(f"Environment {name} in {environment.account}, {environment.region}; release {release.version} of {where}")
    return environment, Inventory(environment, release, _published(environment))


def _published(environment: Environment) -> Published | None:
    """What goes to QuickSight; None when the settings name no account or no group of it."""
    chosen = chosen_target()
    if chosen is None:
        return None
    target = replace(
        chosen,
        region=environment.region,
        workgroup=environment.workgroup,
        database=environment.glue_database("marts"),
    )
    contracts = read_mart_contracts(CHECKOUT / "sql" / "marts")
    every = all_dashboards()
    require_contracts_kept(every, contracts)
    return Published(target, every, contracts)


def _zone_of_first_subnet(aws: Aws) -> str:
    subnets = SUBNETS.read()
    if not subnets:
        return ""
    found = aws.call("ec2", "describe_subnets", SubnetIds=[subnets[0]])
    return str(found["Subnets"][0]["AvailabilityZone"])


def _deployment(aws: Aws, name: str) -> Deployment:
    return Deployment(aws, name, f"sakila-{name}-", kinds(with_quicksight=chosen_target() is not None))


def _report_step(step: Step, report: Report) -> None:
    for line in step.lines():
        report(line)


def _summed_up(steps: Sequence[Step], words: dict[Action, str]) -> str:
    counted = Counter(step.action for step in steps)
    return ", ".join(f"{counted[action]} {word}" for action, word in words.items() if counted[action])
