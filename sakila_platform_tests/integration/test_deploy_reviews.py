"""The reviews' part of an environment in an account: made once, repaired, removed; its data only if confirmed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sakila_platform.deploy.engine import Action, Deployment, Step
from sakila_platform.deploy.environment import read_environment
from sakila_platform.deploy.inventory import Inventory
from sakila_platform.deploy.kind_names import REDSHIFT_NAMESPACE, REDSHIFT_WORKGROUP, ROLE, SECRET, SPARK_APPLICATION
from sakila_platform.deploy.kinds import kinds
from sakila_platform.deploy.release.contents import CHECKOUT
from sakila_platform.settings.every import all_settings
from sakila_platform_tests.aws_account import ACCOUNT, Account, running_account
from sakila_platform_tests.integration.test_deploy import small_release
from sakila_platform_tests.policy_lint import iam_action

ENGINES = (SPARK_APPLICATION, REDSHIFT_NAMESPACE, REDSHIFT_WORKGROUP)
PASSWORD = "not-to-be-seen"


@pytest.fixture(scope="module")
def server() -> Iterator[Account]:
    with running_account() as account:
        yield account


class Reviews:
    """The reviews' engines, roles and login of environment test."""

    def __init__(self, account: Account) -> None:
        environment = read_environment("test", ACCOUNT)
        every = Inventory(environment, small_release("1.0.0")).declarations()
        mine = ("purchases", "spark", "redshift", "reviews")
        self.declarations = [
            each for each in every if each.kind in ENGINES or (each.kind in (ROLE, SECRET) and each.name.endswith(mine))
        ]
        self.deployment = Deployment(account.aws(), "test", environment.prefix, kinds(False))

    def plan(self) -> list[Step]:
        return self.deployment.plan(self.declarations)

    def apply(self) -> list[Step]:
        return self.deployment.apply(self.declarations, lambda step: None)

    def destroy(self, with_data: bool) -> list[Step]:
        return self.deployment.destroy(with_data, lambda step: None)


@pytest.fixture
def reviews(server: Account, monkeypatch: pytest.MonkeyPatch) -> Reviews:
    """An empty account, and settings that have everything of reviews on AWS."""
    for setting in all_settings():
        monkeypatch.delenv(setting.name, raising=False)
    monkeypatch.setenv("SAKILA_MYSQL_URL", "mysql://platform:secret@db.example:3306")
    monkeypatch.setenv("SAKILA_POSTGRES_URL", f"postgresql://platform:{PASSWORD}@pg.example:5432")
    monkeypatch.setenv("SAKILA_REVIEWS_WAREHOUSE_URL", "redshift://sakila-test-reviews/datawarehouse_reviews")
    server.empty()
    return Reviews(server)


def test_what_is_applied_twice_is_made_once(reviews: Reviews, server: Account) -> None:
    made = {(step.kind, step.name) for step in reviews.apply()}
    assert made == {
        (SECRET, "sakila-test-purchases"),
        (ROLE, "sakila-test-spark"),
        (ROLE, "sakila-test-redshift"),
        (SPARK_APPLICATION, "sakila-test-spark"),
        (REDSHIFT_NAMESPACE, "sakila-test-reviews"),
        (REDSHIFT_WORKGROUP, "sakila-test-reviews"),
    }
    assert reviews.plan() == []
    server.calls.clear()
    assert reviews.apply() == []
    assert server.changes() == []


def test_the_password_is_in_its_secret_alone(reviews: Reviews, server: Account) -> None:
    reported = [line for step in reviews.plan() for line in step.lines()]
    reviews.apply()
    assert not [line for line in reported if PASSWORD in line]
    asked = [call for call in server.calls if PASSWORD in json.dumps(call[2], default=str)]
    assert {operation for _, operation, _ in asked} <= {"CreateSecret", "PutSecretValue", "UpdateSecret"}
    [namespace] = [call[2] for call in server.calls if call[1] == "CreateNamespace"]
    assert namespace["manageAdminPassword"] is True
    assert "adminUserPassword" not in namespace


def test_what_somebody_changed_by_hand_is_reported_and_repaired(reviews: Reviews, server: Account) -> None:
    reviews.apply()
    redshift, emr = server.by_hand("redshift-serverless"), server.by_hand("emr-serverless")
    redshift.update_workgroup(workgroupName="sakila-test-reviews", publiclyAccessible=True)
    redshift.update_workgroup(workgroupName="sakila-test-reviews", baseCapacity=512)
    redshift.update_namespace(namespaceName="sakila-test-reviews", iamRoles=[])
    [application] = emr.list_applications()["applications"]
    emr.stop_application(applicationId=application["id"])
    emr.update_application(applicationId=application["id"], maximumCapacity={"cpu": "400 vCPU", "memory": "3000 GB"})
    changed = {step.kind: [str(difference) for difference in step.differences] for step in reviews.plan()}
    assert set(changed) == set(ENGINES)
    assert any("publiclyAccessible" in line for line in changed[REDSHIFT_WORKGROUP])
    assert {step.action for step in reviews.apply()} == {Action.CHANGE}
    assert reviews.plan() == []


def test_an_environment_goes_but_its_warehouse_stays_unless_told_twice(reviews: Reviews) -> None:
    reviews.apply()
    kept = {(step.kind, step.reason) for step in reviews.destroy(False) if step.action is Action.KEEP}
    assert (REDSHIFT_NAMESPACE, "database datawarehouse_reviews") in kept
    assert {step.kind for step in reviews.plan()} >= {SPARK_APPLICATION, REDSHIFT_WORKGROUP}
    reviews.destroy(True)
    assert reviews.destroy(True) == []


def test_engines_of_somebody_else_are_left_alone(reviews: Reviews, server: Account) -> None:
    redshift: Any = server.by_hand("redshift-serverless")
    tags = [{"key": "sakila:environment", "value": "other"}]
    redshift.create_namespace(namespaceName="sakila-test-others", dbName="theirs", tags=tags)
    reviews.apply()
    reviews.destroy(True)
    assert [each["namespaceName"] for each in redshift.list_namespaces()["namespaces"]] == ["sakila-test-others"]


def test_the_documented_policy_is_enough_for_whoever_deploys(reviews: Reviews, server: Account) -> None:
    document = json.loads((CHECKOUT / "docs" / "aws_deployer_policy.json").read_text(encoding="utf-8"))
    allowed = {action for statement in document["Statement"] for action in statement["Action"]}
    reviews.apply()
    server.by_hand("redshift-serverless").update_workgroup(workgroupName="sakila-test-reviews", baseCapacity=512)
    reviews.apply()
    reviews.destroy(True)
    needed = {iam_action(service, operation) for service, operation, _ in server.calls}
    engines = {action for action in needed if "serverless" in action}
    assert len(engines) >= 15
    assert engines - allowed == set()


def test_engines_that_are_no_longer_declared_go_and_the_warehouse_stays(reviews: Reviews) -> None:
    reviews.apply()
    reviews.declarations = []
    left = {(step.action, step.kind) for step in reviews.plan()}
    assert (Action.REMOVE, SPARK_APPLICATION) in left
    assert (Action.KEEP, REDSHIFT_NAMESPACE) in left
