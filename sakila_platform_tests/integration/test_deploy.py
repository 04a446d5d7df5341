"""`deploy` against an AWS account over HTTP: what is planned, made, repaired, rolled back, removed, and never lost."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from sakila_platform.cli.deploy import apply_environment, destroy_environment, plan_environment
from sakila_platform.cli.main import main
from sakila_platform.deploy.declared.jobs import jobs_of
from sakila_platform.deploy.engine import Action, Deployment, Step
from sakila_platform.deploy.environment import read_environment
from sakila_platform.deploy.inventory import Inventory
from sakila_platform.deploy.kinds import kinds
from sakila_platform.deploy.release import releases
from sakila_platform.deploy.release.archives import reproducible_zip
from sakila_platform.deploy.release.contents import CHECKOUT, WHEEL, Release
from sakila_platform.deploy.release.lambda_archives import declared_functions
from sakila_platform.domains import DOMAINS, all_dashboards
from sakila_platform.errors import PlatformError, UsageError
from sakila_platform.settings.every import all_settings
from sakila_platform_tests.aws_account import ACCOUNT, REGION, Account, Cut, running_account
from sakila_platform_tests.policy_lint import iam_action

PASSWORD = "a-secret-that-nobody-sees"
EVERYTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
JOBS = jobs_of(DOMAINS)
BUCKET = f"sakila-test-{ACCOUNT}-{REGION}"


@pytest.fixture(scope="module")
def server() -> Iterator[Account]:
    """One server for this file."""
    with running_account() as account:
        yield account


@pytest.fixture
def account(server: Account, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An empty account, and settings that name a MySQL server."""
    for setting in all_settings():
        monkeypatch.delenv(setting.name, raising=False)
    monkeypatch.setenv("SAKILA_MYSQL_URL", f"mysql://platform:{PASSWORD}@db.example:3306")
    monkeypatch.setenv("SAKILA_TIME_ZONE", "America/Bogota")
    # The release of this checkout takes moto a second to unpack; one of small files is as good here.
    monkeypatch.setattr(releases, "release_of_checkout", small_release)
    server.empty()
    return server


def small_release(version: str) -> Release:
    """A release with every file that the inventory names, and next to nothing in them."""
    archive = reproducible_zip({"handler.py": b""})
    contents = {f"functions/{each.archive}.zip": archive for each in declared_functions()} | {
        f"wheels/{WHEEL}": b"wheel"
    }
    contents |= {f"glue_scripts/{job.script}": job.script.encode() for job in JOBS}
    digests = {path: base64.b64encode(hashlib.sha256(content).digest()).decode() for path, content in contents.items()}
    return Release(version, digests, {module: "module==1" for job in JOBS for module in job.modules}, contents)


@pytest.fixture
def reported() -> list[str]:
    """What is printed."""
    return []


def apply(
    account: Account, reported: list[str] | None = None, version: str = "1.0.0", *, allow_removals: bool = False
) -> list[Step]:
    report = (reported if reported is not None else []).append
    return apply_environment("test", version, report, account.aws(), allow_removals)


def plan(account: Account, reported: list[str] | None = None, name: str = "test") -> list[Step]:
    return plan_environment(name, "1.0.0", (reported if reported is not None else []).append, account.aws())


class Part:
    """Part of an environment's inventory: all of it takes a second each time."""

    def __init__(
        self, account: Account, name: str, only: Sequence[str] = (), *, one_of_each_kind: bool = False
    ) -> None:
        environment = read_environment(name, ACCOUNT, "us-east-1a")
        declarations = Inventory(environment, small_release("1.0.0")).declarations()
        if one_of_each_kind:
            first = {each.kind: each for each in reversed(declarations)}
            # A function's role must be there, or the function is refused.
            needed = environment.called("function-simulate-rentals")
            self.declarations = [each for each in declarations if each.name == needed or first[each.kind] is each]
        else:
            self.declarations = [each for each in declarations if each.kind in only]
        self.deployment = Deployment(account.aws(), name, environment.prefix, kinds(False))

    def plan(self) -> list[Step]:
        return self.deployment.plan(self.declarations)

    def apply(self) -> list[Step]:
        return self.deployment.apply(self.declarations, lambda step: None)

    def destroy(self, with_data: bool) -> list[Step]:
        return self.deployment.destroy(with_data, lambda step: None)


def shown(steps: list[Step]) -> list[str]:
    return [f"{step.action.value} {step.kind} {step.name}" for step in steps]


def test_a_plan_tells_everything_and_changes_nothing(account: Account, reported: list[str]) -> None:
    steps = plan(account, reported)
    assert {step.action for step in steps} == {Action.CREATE}
    assert f"+ create bucket {BUCKET}" in reported
    assert "+ create glue job sakila-test-extract-stage" in reported
    assert "+ create glue table final_sakila.fact_rental" in reported
    assert reported[-1] == f"{len(steps)} to create"
    assert account.changes() == []


def test_what_is_applied_twice_is_made_once(account: Account, reported: list[str]) -> None:
    planned = plan(account)
    assert shown(apply(account)) == shown(planned)
    account.calls.clear()

    assert apply(account, reported) == []
    assert account.changes() == []
    assert reported[-1] == "Environment test is as declared."


def test_the_catalogue_of_films_and_series_is_made_once_views_and_all(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAKILA_TMDB_TOKEN", "token-of-tmdb")
    part = Part(account, "test", ("glue database", "glue table"))
    made = shown(part.apply())
    assert "create glue table trusted_catalogue.titles" in made
    assert "create glue table refined_catalogue.fact_title_described" in made
    assert part.plan() == []

    glue = account.by_hand("glue")
    view = glue.get_table(DatabaseName="refined_catalogue", Name="fact_title_described")["Table"]
    glue.update_table(
        DatabaseName="refined_catalogue",
        TableInput={part: view[part] for part in ("Name", "TableType", "Parameters")} | {"ViewOriginalText": "mine"},
    )
    assert shown(part.apply()) == ["change glue table refined_catalogue.fact_title_described"]
    assert part.plan() == []


def test_everything_is_tagged_and_no_password_is_shown(account: Account, reported: list[str]) -> None:
    apply(account, reported)
    assert not [line for line in reported if PASSWORD in line]
    where = account.by_hand("resourcegroupstaggingapi")
    tagged = {
        resource["ResourceARN"]
        for page in where.get_paginator("get_resources").paginate(
            TagFilters=[{"Key": "sakila:environment", "Values": ["test"]}]
        )
        for resource in page["ResourceTagMappingList"]
    }
    assert f"arn:aws:s3:::{BUCKET}" in tagged
    for arguments in (call for call in account.calls if call[1] == "CreateJob"):
        assert PASSWORD not in json.dumps(arguments, default=str)


def test_after_a_crash_at_any_changing_call_the_next_run_goes_on_where_it_was(account: Account) -> None:
    part = Part(account, "test", one_of_each_kind=True)
    # Each run is cut off behind its first change, so that in the end there was a cut behind every one.
    cuts = 0
    while True:
        try:
            with account.cut_after(1):
                part.apply()
            break
        except Cut:
            cuts += 1
    assert cuts == len(account.changes()) > 30
    assert part.plan() == []

    cuts = 0
    while True:
        try:
            with account.cut_after(4):
                part.destroy(True)
            break
        except Cut:
            cuts += 1
    assert cuts > 5
    assert part.destroy(True) == []


def by_hand(account: Account) -> dict[str, Callable[[], Any]]:
    """What somebody might do in the console, and by which thing the plan must tell it."""
    glue, s3, iam = account.by_hand("glue"), account.by_hand("s3"), account.by_hand("iam")
    return {
        "glue job sakila-test-build-final": lambda: glue.update_job(
            JobName="sakila-test-build-final",
            JobUpdate={"Role": "other", "Command": {"Name": "glueetl"}, "GlueVersion": "4.0"},
        ),
        "glue trigger sakila-test-daily": lambda: glue.stop_trigger(Name="sakila-test-daily"),
        "glue trigger sakila-test-daily-final": lambda: glue.delete_trigger(Name="sakila-test-daily-final"),
        "glue crawler sakila-test-stage": lambda: glue.update_crawler(
            Name="sakila-test-stage", RecrawlPolicy={"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"}
        ),
        "glue connection sakila-test-mysql": lambda: glue.delete_connection(ConnectionName="sakila-test-mysql"),
        "glue table final_sakila.dim_film": lambda: glue.update_table(
            DatabaseName="final_sakila", TableInput={"Name": "dim_film", "Description": "mine"}
        ),
        "glue workflow sakila-test-daily": lambda: glue.update_workflow(Name="sakila-test-daily", MaxConcurrentRuns=9),
        f"bucket {BUCKET}": lambda: s3.delete_public_access_block(Bucket=BUCKET),
        "role sakila-test-build-final": lambda: iam.put_role_policy(
            RoleName="sakila-test-build-final",
            PolicyName="everything",
            PolicyDocument=EVERYTHING,
        ),
        "policy sakila-test-ask": lambda: iam.create_policy_version(
            PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/sakila-test-ask", PolicyDocument=EVERYTHING, SetAsDefault=True
        ),
        "role sakila-test-crawlers": lambda: iam.attach_role_policy(
            RoleName="sakila-test-crawlers",
            PolicyArn=iam.create_policy(PolicyName="everything", PolicyDocument=EVERYTHING)["Policy"]["Arn"],
        ),
        "secret sakila-test-mysql": lambda: account.by_hand("secretsmanager").put_secret_value(
            SecretId="sakila-test-mysql", SecretString="{}"
        ),
        "athena workgroup sakila-test-queries": lambda: account.by_hand("athena").update_work_group(
            WorkGroup="sakila-test-queries", ConfigurationUpdates={"BytesScannedCutoffPerQuery": 10**15}
        ),
        "lambda function sakila-test-function-simulate-rentals": lambda: account.by_hand(
            "lambda"
        ).update_function_configuration(FunctionName="sakila-test-function-simulate-rentals", Timeout=3),
        "lambda function sakila-test-function-refresh-dates": lambda: account.by_hand(
            "lambda"
        ).delete_function_concurrency(FunctionName="sakila-test-function-refresh-dates"),
        "schedule sakila-test-functions/simulate-rentals": lambda: account.by_hand("scheduler").delete_schedule(
            GroupName="sakila-test-functions", Name="simulate-rentals"
        ),
        "topic sakila-test-alarms": lambda: account.by_hand("sns").set_topic_attributes(
            TopicArn=f"arn:aws:sns:{REGION}:{ACCOUNT}:sakila-test-alarms",
            AttributeName="DisplayName",
            AttributeValue="loud",
        ),
        "glue job sakila-test-load-warehouse": lambda: glue.untag_resource(
            ResourceArn=f"arn:aws:glue:{REGION}:{ACCOUNT}:job/sakila-test-load-warehouse",
            TagsToRemove=["sakila:environment"],
        ),
        "alarm sakila-test-data-stale": lambda: account.by_hand("cloudwatch").delete_alarms(
            AlarmNames=["sakila-test-data-stale"]
        ),
        "event rule sakila-test-job-failed": lambda: account.by_hand("events").remove_targets(
            Rule="sakila-test-job-failed", Ids=["topic"]
        ),
    }


def test_what_somebody_changed_by_hand_is_reported_and_repaired(account: Account, reported: list[str]) -> None:
    apply(account)
    drifts = by_hand(account)
    for drift in drifts.values():
        drift()

    steps = plan(account, reported)
    assert {f"{step.kind} {step.name}" for step in steps} == set(drifts)
    assert "    GlueVersion: 4.0 -> 5.1" in reported
    assert "    RecrawlPolicy.RecrawlBehavior: CRAWL_NEW_FOLDERS_ONLY -> CRAWL_EVERYTHING" in reported
    assert "    Tags.sakila:environment: (nothing) -> test" in reported
    assert "    Value: (secret) differs" in reported
    assert not [line for line in reported if PASSWORD in line]

    assert shown(apply(account)) == shown(steps)
    assert plan(account) == []


def test_what_is_no_longer_declared_is_removed_and_what_is_not_ours_stays(account: Account) -> None:
    apply(account)
    glue = account.by_hand("glue")
    ours = {"sakila:environment": "test", "sakila:managed-by": "sakila-platform"}
    command = {"Name": "glueetl", "ScriptLocation": "s3://somewhere/old.py"}
    glue.create_job(Name="sakila-test-retired", Role="r", Command=command, Tags=ours)
    glue.create_job(Name="sakila-test-somebodys", Role="r", Command=command)
    glue.create_job(Name="sakila-other-job", Role="r", Command=command, Tags={"sakila:environment": "other"})

    assert shown(plan(account)) == ["remove glue job sakila-test-retired"]
    apply(account, allow_removals=True)
    assert {"sakila-test-somebodys", "sakila-other-job"} < set(glue.list_jobs()["JobNames"])
    assert "sakila-test-retired" not in glue.list_jobs()["JobNames"]


def test_a_setting_that_was_forgotten_removes_nothing_unless_removals_are_allowed(
    account: Account, monkeypatch: pytest.MonkeyPatch, reported: list[str]
) -> None:
    monkeypatch.setenv("SAKILA_POSTGRES_URL", f"postgresql://platform:{PASSWORD}@pg.example:5432")
    monkeypatch.setenv("SAKILA_TMDB_TOKEN", "token-of-tmdb")
    apply(account)
    monkeypatch.delenv("SAKILA_POSTGRES_URL")
    monkeypatch.delenv("SAKILA_TMDB_TOKEN")
    removed = [step for step in plan(account, reported) if step.action is Action.REMOVE]
    assert len(removed) > 40
    assert reported[-1].endswith("unless it is given --allow-removals.")
    account.calls.clear()

    with pytest.raises(PlatformError, match=f"has {len(removed)} things that are not declared.* Nothing was changed"):
        apply(account)
    assert account.changes() == []

    assert [step for step in apply(account, allow_removals=True) if step.action is Action.REMOVE] == removed
    # The logins hold what could not be had back: they are kept, and are no reason to refuse what follows.
    assert {step.action for step in plan(account)} == {Action.KEEP}
    apply(account)


def test_databases_of_another_environment_are_not_taken_over(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Part(account, "first", ("glue database", "glue table"))
    first.apply()
    with pytest.raises(PlatformError, match="glue database stage_sakila already, and it belongs to environment first"):
        Part(account, "second", ("glue database", "glue table")).apply()
    monkeypatch.setenv("SAKILA_GLUE_DATABASE_PREFIX", "second_")
    second = Part(account, "second", ("glue database", "glue table"))
    second.apply()
    assert second.plan() == []
    assert first.plan() == []


def test_a_release_is_rolled_back_by_its_version(account: Account, reported: list[str]) -> None:
    apply(account, version="1.0.0")
    lambda_code = account.by_hand("lambda").get_function(FunctionName="sakila-test-function-simulate-rentals")
    apply(account, version="1.1.0")
    glue = account.by_hand("glue")

    def script() -> str:
        return glue.get_job(JobName="sakila-test-build-final")["Job"]["Command"]["ScriptLocation"]

    assert script() == f"s3://{BUCKET}/deploy/1.1.0/glue_scripts/build_final.py"
    account.calls.clear()
    apply(account, reported, version="1.0.0")
    assert script() == f"s3://{BUCKET}/deploy/1.0.0/glue_scripts/build_final.py"
    assert reported[0].endswith("release 1.0.0 of the bucket")
    # Nothing is uploaded again, and equal code is not sent again.
    assert {call.split()[1] for call in account.changes()} == {"UpdateJob"}
    assert lambda_code["Configuration"]["CodeSha256"]


def test_a_release_that_lost_a_file_is_not_rolled_back_to(account: Account) -> None:
    apply(account, version="1.0.0")
    s3 = account.by_hand("s3")
    lost = next(each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET, Prefix="deploy/1.0.0/wheels/")["Contents"])
    s3.delete_object(Bucket=BUCKET, Key=lost)
    with pytest.raises(PlatformError, match=r"Release 1\.0\.0 lacks wheels/"):
        apply(account, version="1.0.0")


def test_nothing_is_left_of_an_environment_that_held_no_data(account: Account, reported: list[str]) -> None:
    apply(account)
    steps = destroy_environment("test", True, reported.append, account.aws())
    assert {step.action for step in steps} == {Action.REMOVE}
    assert destroy_environment("test", True, reported.append, account.aws()) == []
    assert reported[-1] == "There is no environment test."
    assert account.by_hand("s3").list_buckets()["Buckets"] == []


def test_data_outlive_an_environment_unless_told_twice(
    account: Account, reported: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sakila_platform.deploy.services.s3._PER_DELETION", 2)
    apply(account)
    s3 = account.by_hand("s3")
    s3.put_object(Bucket=BUCKET, Key="lake/stage/sakila/film/dt=2005-05-24/part-0.parquet", Body=b"a day")
    s3.delete_object(Bucket=BUCKET, Key="lake/a-file-that-is-deleted-has-versions")

    steps = destroy_environment("test", False, reported.append, account.aws())
    kept = [step for step in steps if step.action is Action.KEEP]
    assert shown(kept) == ["keep secret sakila-test-mysql", f"keep bucket {BUCKET}"]
    assert reported[-1].endswith("--delete-data --yes-delete test")
    assert s3.get_object(Bucket=BUCKET, Key="lake/stage/sakila/film/dt=2005-05-24/part-0.parquet")

    # What was kept is taken up again.
    apply(account)
    assert plan(account) == []
    destroy_environment("test", True, reported.append, account.aws())
    assert s3.list_buckets()["Buckets"] == []
    # A login can be had back for a week.
    apply(account)
    assert plan(account) == []


def test_a_server_of_rds_is_made_where_none_is_named(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    of_rds = ("database server", "database parameters", "database subnets")
    monkeypatch.delenv("SAKILA_MYSQL_URL")
    with pytest.raises(UsageError, match="set SAKILA_SUBNETS"):
        plan(account)
    found = account.by_hand("ec2").describe_subnets()["Subnets"][:2]
    group = account.by_hand("ec2").describe_security_groups()["SecurityGroups"][0]["GroupId"]
    monkeypatch.setenv("SAKILA_SUBNETS", ",".join(subnet["SubnetId"] for subnet in found))
    monkeypatch.setenv("SAKILA_SECURITY_GROUPS", group)
    part = Part(account, "test", (*of_rds, "glue connection", "role", "glue job"))
    part.apply()
    assert part.plan() == []
    assert "glue connection" not in {step.kind for step in plan(account)}

    rds = account.by_hand("rds")
    server = rds.describe_db_instances()["DBInstances"][0]
    arguments = account.by_hand("glue").get_job(JobName="sakila-test-extract-stage")["Job"]["DefaultArguments"]
    assert arguments["--jdbc-url"] == f"jdbc:mysql://{server['Endpoint']['Address']}:3306/sakila?ssl-mode=required"
    assert arguments["--secret"] == server["MasterUserSecret"]["SecretArn"]

    kept = [step for step in part.destroy(False) if step.action is Action.KEEP]
    assert shown(kept) == [f"keep {kind} sakila-test-mysql" for kind in of_rds]
    part.apply()
    assert part.plan() == []
    part.destroy(True)
    assert rds.describe_db_instances()["DBInstances"] == []
    assert len(rds.describe_db_snapshots()["DBSnapshots"]) >= 1


def test_dashboards_are_published_once_and_again_when_somebody_changed_them(
    account: Account, monkeypatch: pytest.MonkeyPatch, reported: list[str]
) -> None:
    monkeypatch.setenv("SAKILA_QUICKSIGHT_ACCOUNT", ACCOUNT)
    monkeypatch.setenv("SAKILA_QUICKSIGHT_GROUP", "readers")
    dashboards = [step for step in apply(account, reported) if step.kind == "quicksight dashboard"]
    assert [step.name for step in dashboards] == [f"sakila-{each.name}" for each in all_dashboards()]
    account.calls.clear()
    assert apply(account) == []
    assert account.changes() == []

    by_hand = account.by_hand("quicksight")
    by_hand.update_data_source(AwsAccountId=ACCOUNT, DataSourceId="sakila-athena", Name="mine")
    by_hand.update_dashboard_published_version(AwsAccountId=ACCOUNT, DashboardId="sakila-business", VersionNumber=7)
    by_hand.delete_analysis(AwsAccountId=ACCOUNT, AnalysisId="sakila-rentals")
    assert shown(apply(account)) == [
        "change quicksight data source sakila-athena",
        "change quicksight dashboard sakila-rentals",
        "change quicksight dashboard sakila-business",
    ]
    assert plan(account) == []
    destroy_environment("test", False, reported.append, account.aws())
    assert account.quicksight.things == {}


def test_an_environment_whose_name_aws_would_refuse_is_refused_at_once(account: Account) -> None:
    with pytest.raises(UsageError, match="'Prod-1' can't name an environment"):
        plan(account, name="Prod-1")
    assert account.calls == []


def test_at_a_terminal_a_plan_is_read_and_data_go_only_when_named_twice(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sakila_platform.cli.deploy.open_aws", lambda region: account.aws())
    with pytest.raises(SystemExit) as ended:
        main(["deploy", "plan", "--env", "test", "--version", "1.0.0"])
    assert ended.value.code == 0
    assert "+ create glue workflow sakila-test-daily" in capsys.readouterr().out

    command = {"Name": "glueetl", "ScriptLocation": "s3://somewhere/old.py"}
    account.by_hand("glue").create_job(
        Name="sakila-test-retired", Role="r", Command=command, Tags={"sakila:environment": "test"}
    )
    with pytest.raises(SystemExit) as ended:
        main(["deploy", "apply", "--env", "test", "--version", "1.0.0"])
    assert ended.value.code == 1
    assert "remove them: glue job sakila-test-retired. Nothing was changed." in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        main(["deploy", "apply", "--env", "test", "--version", "1.0.0", "--allow-removals"])
    assert ended.value.code == 0
    assert "- remove glue job sakila-test-retired" in capsys.readouterr().out

    with pytest.raises(SystemExit) as ended:
        main(["deploy", "destroy", "--env", "test", "--delete-data", "--yes-delete", "prod"])
    assert ended.value.code == 2
    assert "Say so twice: add --yes-delete test" in capsys.readouterr().err


def test_the_documented_policy_is_enough_for_whoever_deploys(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    document = json.loads((CHECKOUT / "docs" / "aws_deployer_policy.json").read_text(encoding="utf-8"))
    allowed = {action for statement in document["Statement"] for action in statement["Action"]}
    monkeypatch.setenv("SAKILA_QUICKSIGHT_ACCOUNT", ACCOUNT)
    monkeypatch.setenv("SAKILA_QUICKSIGHT_GROUP", "readers")
    apply(account)
    for drift in by_hand(account).values():
        drift()
    apply(account)
    destroy_environment("test", True, [].append, account.aws())
    needed = {iam_action(service, operation) for service, operation, _ in account.calls} - {"sts:GetCallerIdentity"}
    assert needed - allowed == set()
