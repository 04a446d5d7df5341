"""What is declared for AWS: names, cron expressions, permissions, archives. No account is asked."""

from __future__ import annotations

import ast
import base64
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import boto3
import duckdb
import pyarrow as pa
import pytest
from botocore import xform_name
from hypothesis import given
from hypothesis import strategies as st

from sakila_platform.catalogue.refined_tables import REFINED_TABLES
from sakila_platform.catalogue.trusted_tables import CSV_TABLES, TMDB_TABLES, TRUSTED_TABLES
from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.postgres.address import PostgresAddress
from sakila_platform.declarations.aws import LambdaFunction, OnAws
from sakila_platform.deploy.cron import daily_cron_utc, new_year_cron_utc
from sakila_platform.deploy.declarations import Declaration, Exactly, Later, Secret
from sakila_platform.deploy.declared.athena_views import described, view_parts
from sakila_platform.deploy.declared.data_catalog import layers_of
from sakila_platform.deploy.declared.jobs import jobs_of
from sakila_platform.deploy.differences import differences
from sakila_platform.deploy.environment import Environment, Network, read_environment
from sakila_platform.deploy.inventory import Inventory
from sakila_platform.deploy.kinds import KINDS
from sakila_platform.deploy.policies import Statement, policy
from sakila_platform.deploy.release.archives import fingerprint, pure_wheel, reproducible_zip
from sakila_platform.deploy.release.contents import CHECKOUT, WHEEL, Release, release_of_checkout
from sakila_platform.deploy.release.lambda_archives import declared_functions, lambda_archive
from sakila_platform.domains import DOMAINS
from sakila_platform.model.contracts import Table
from sakila_platform.rentals.domain import DOMAIN as RENTALS
from sakila_platform.rentals.source import STAGE_TABLES
from sakila_platform.rentals.star import DAILY_TABLES, DIM_DATE
from sakila_platform.settings.catalogue import TMDB_TOKEN
from sakila_platform.settings.places import POSTGRES_URL
from sakila_platform.spark.arguments import _parser, parse_arguments
from sakila_platform_tests.aws_cron import cron_faults
from sakila_platform_tests.policy_lint import asked_besides, iam_action, policy_faults

SHOP = Address.parse("mysql://platform:secret@db.example:3306")
PURCHASES = PostgresAddress.parse("postgresql://platform:secret@pg.example:5432")
NETWORK = Network(("subnet-0a1b2c3d", "subnet-0a1b2c3e"), ("sg-0a1b2c3d",), "us-east-1a")
JOBS = jobs_of(DOMAINS)
FUNCTIONS = declared_functions()
PINS = {name: f"{name}==1" for job in JOBS for name in job.modules}
RELEASE = Release("1.0.0", {f"functions/{each.archive}.zip": "c2hh" for each in FUNCTIONS}, PINS)
SECRET_OF_RDS = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-1"
OURS = (
    "sakila-test-",
    "/aws-glue/",
    "catalog",
    "stage_sakila",
    "final_sakila",
    "stage_reviews",
    "final_reviews",
    "/marts",
    SECRET_OF_RDS,
    "trusted_catalogue",
    "refined_catalogue",
    "network-interface",
)
PRESTO_TYPES = {"varchar", "integer", "smallint", "bigint", "boolean", "date", "decimal"}
WITHOUT_A_DATABASE = ("build-final", "reviews-final", "catalogue-history", "catalogue-answers")
ZONES = ("UTC", "America/Bogota", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Kiritimati")


def environment(**parts: Any) -> Environment:
    zone = parts.pop("zone", ZoneInfo("America/Bogota"))
    is_given = {None: True, POSTGRES_URL: "purchases" in parts, TMDB_TOKEN: "tmdb_token" in parts}
    domains = tuple(domain for domain in DOMAINS if is_given[domain.aws.needs])
    return Environment("test", "123456789012", "us-east-1", zone, domains, **parts)


ENVIRONMENTS = {
    "a server by URL": environment(oltp=SHOP),
    "a warehouse elsewhere": environment(oltp=SHOP, warehouse=replace(SHOP, host="dw.example")),
    "all in a VPC, on RDS": environment(network=NETWORK),
    "in a VPC, with TMDB": environment(oltp=SHOP, network=NETWORK, tmdb_token="token-of-tmdb"),
    "with reviews": environment(oltp=SHOP, purchases=PURCHASES),
    "with reviews and Redshift in a VPC": environment(
        oltp=SHOP, purchases=PURCHASES, redshift_database="datawarehouse_reviews", network=NETWORK
    ),
}


def declared(place: Environment) -> tuple[Declaration, ...]:
    return Inventory(place, RELEASE).declarations()


def documents(place: Environment) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every IAM policy, with what AWS makes up later filled in."""
    for each in declared(place):
        of_people = {"document": each.wanted["Document"]} if each.kind == "policy" else {}
        for document in {**each.wanted.get("Policies", {}), **of_people}.values():
            text = json.dumps(document, default=lambda later: SECRET_OF_RDS)
            yield each.name, json.loads(text)


@pytest.mark.parametrize("place", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_policies_pass_the_linter(place: Environment) -> None:
    for name, document in documents(place):
        assert policy_faults(document) == [], name


def test_the_documented_policy_of_whoever_deploys_passes_it_too() -> None:
    document = json.loads((CHECKOUT / "docs" / "aws_deployer_policy.json").read_text(encoding="utf-8"))
    assert policy_faults(document) == []
    assert policy_faults({**document, "Version": "2012"}) != []


def test_the_documented_policy_allows_every_call_in_the_code_and_what_aws_asks_besides() -> None:
    document = json.loads((CHECKOUT / "docs" / "aws_deployer_policy.json").read_text(encoding="utf-8"))
    allowed = {action for statement in document["Statement"] for action in statement["Action"]}
    code = CHECKOUT / "sakila_platform"
    # `deploy`, its command, and the question whether what was deployed lives.
    files = [*(code / "deploy").rglob("*.py"), code / "cli" / "deploy.py", code / "databases" / "athena.py"]
    called = {action for file in files for action in actions_called_in(file)}
    # The first needs no permission; the second is in one file with `logs`, and is CloudWatch's.
    called -= {"sts:GetCallerIdentity", "logs:ListTagsForResource"}
    assert called >= {"lambda:GetFunction", "athena:StartQueryExecution", "glue:StopTrigger", "rds:CreateDBInstance"}
    assert called >= {"emr-serverless:CreateApplication", "s3:PutBucketVersioning", "quicksight:ListDashboards"}
    needed = called | {asked for action in called for asked in asked_besides(action)}
    assert needed >= {"lambda:ListTags", "ec2:DescribeVpcs", "iam:PassRole", "secretsmanager:GetRandomPassword"}
    assert needed - allowed == set()


def actions_called_in(file: Path) -> set[str]:
    """The actions of all operations of AWS whose names a file has, of the services whose names it has."""
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    words = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    words |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    services = words & set(boto3.session.Session().get_available_services())
    models = [boto3.client(service, region_name="us-east-1").meta.service_model for service in services]
    return {
        iam_action(model.service_name, name)
        for model in models
        for name in model.operation_names
        if xform_name(name) in words
    }


@pytest.mark.parametrize("place", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_no_policy_allows_everything_of_a_kind_or_anything_of_another_environment(place: Environment) -> None:
    about_everything = set()
    for name, document in documents(place):
        for statement in document["Statement"]:
            assert not [action for action in statement["Action"] if "*" in action], name
            for resource in statement["Resource"]:
                if resource == "*":
                    about_everything |= set(statement["Action"])
                elif "serverless" in resource:
                    # AWS names these by numbers of its own: the tag says whose they are.
                    assert statement["Condition"]["StringEquals"] == {"aws:ResourceTag/sakila:environment": "test"}
                else:
                    assert any(part in resource for part in OURS), (name, resource)
    assert {action.split(":")[0] for action in about_everything} <= {"ec2", "cloudwatch", "redshift-data"}


def test_a_statement_about_every_resource_says_why() -> None:
    with pytest.raises(ValueError, match="does not say why"):
        Statement("All", ("s3:GetObject",), ("*",))
    reasoned = Statement("All", ("s3:ListAllMyBuckets",), ("*",), reason="knows no resources")
    assert policy([reasoned])["Statement"][0]["Resource"] == ["*"]


def test_each_job_and_function_has_a_role_of_its_own() -> None:
    wanted = [each.wanted for each in declared(ENVIRONMENTS["a server by URL"])]
    roles = [parts["Role"] for parts in wanted if "GlueVersion" in parts or "Handler" in parts]
    assert len(roles) == len(set(roles)) == len(RENTALS.aws.jobs) + len(FUNCTIONS)


@pytest.mark.parametrize("place", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_what_others_need_is_declared_before_them(place: Environment) -> None:
    names = [(each.kind, each.name) for each in declared(place)]
    assert len(names) == len(set(names))
    order = list(KINDS)
    assert {kind for kind, _ in names} <= set(order)
    assert [order.index(kind) for kind, _ in names if kind != "role"] == sorted(
        order.index(kind) for kind, _ in names if kind != "role"
    )
    for position, each in enumerate(declared(place)):
        for later in laters(each.wanted):
            assert (later.kind, later.name) in names[:position], each


def laters(value: Any) -> Iterator[Later]:
    if isinstance(value, Later):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from laters(each)


def test_jobs_and_functions_name_what_is_there() -> None:
    for job in JOBS:
        assert (CHECKOUT / "glue_scripts" / job.script).is_file(), job.script
    for function in FUNCTIONS:
        source = (CHECKOUT / f"{function.module.replace('.', '/')}.py").read_text(encoding="utf-8")
        functions = {node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
        assert "handler" in functions, function.name


GLUES_OWN = {
    "--additional-python-modules",
    "--python-modules-installer-option",
    "--enable-metrics",
    "--enable-continuous-cloudwatch-log",
    "--job-language",
    "--job-bookmark-option",
    "--TempDir",
}


@pytest.mark.parametrize("place", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_scripts_know_every_argument_that_their_jobs_are_given(
    place: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    put: dict[str, str] = {}
    monkeypatch.setattr("sakila_platform.spark.arguments.put_in_environment", put.update)
    place = replace(place, job_settings=(("SAKILA_TIME_ZONE", "America/Bogota"), ("SAKILA_HOLIDAY_COUNTRY", "US")))
    watched = {"SAKILA_METRICS_NAMESPACE": "Sakila", "SAKILA_ENVIRONMENT": "test", "SAKILA_AWS_REGION": place.region}
    jobs = {each.name: each.wanted["DefaultArguments"] for each in declared(place) if each.kind == "glue job"}
    for name, arguments in jobs.items():
        words = [str(word) for pair in arguments.items() for word in pair]
        reported = parse_arguments(words)
        assert put == {"SAKILA_LAKE": place.lake, **dict(place.job_settings), **watched}
        assert (
            (reported.login.jdbc_url != "")
            == ("--jdbc-url" in arguments)
            == (name.removeprefix("sakila-test-") not in WITHOUT_A_DATABASE)
        )
        _, unknown = _parser().parse_known_args(words)
        assert set(unknown[::2]) == GLUES_OWN


def test_tmdb_is_asked_once_there_is_a_token_which_only_its_secret_holds() -> None:
    def about_tmdb(place: Environment) -> dict[str, dict[str, Any]]:
        return {
            each.kind: dict(each.wanted) for each in declared(place) if each.name.endswith(("-tmdb", "/collect-tmdb"))
        }

    without = about_tmdb(ENVIRONMENTS["all in a VPC, on RDS"])
    assert "secret" not in without
    assert without["schedule"]["State"] == "DISABLED"

    place = ENVIRONMENTS["in a VPC, with TMDB"]
    reported = about_tmdb(place)
    assert reported["schedule"]["State"] == "ENABLED"
    assert str.__str__(reported["secret"]["Value"]) == "token-of-tmdb"
    variables = reported["lambda function"]["Environment"]["Variables"]
    assert (variables["SAKILA_LAKE"], variables["SAKILA_TMDB_SECRET"]) == (place.lake, "sakila-test-tmdb")
    # Nothing in a VPC reaches TMDB without a gateway, and this function needs nothing that is in one.
    assert reported["lambda function"]["VpcConfig"] == {"SubnetIds": [], "SecurityGroupIds": []}
    rest = {kind: parts for kind, parts in reported.items() if kind != "secret"}
    assert "token-of-tmdb" not in str(rest) + repr(place)


def test_jobs_and_functions_are_given_the_domains_settings_and_a_function_its_own_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SAKILA_MYSQL_URL", "mysql://platform:secret@db.example:3306")
    monkeypatch.setenv("SAKILA_RENTERS_PER_DAY", "7")
    monkeypatch.setenv("SAKILA_TMDB_FIRST_YEAR", "1999")
    every = declared(read_environment("test", "123456789012"))
    variables = {each.name: each.wanted["Environment"]["Variables"] for each in every if each.kind == "lambda function"}
    assert {values["SAKILA_RENTERS_PER_DAY"] for values in variables.values()} == {"7"}
    years = {
        name: values["SAKILA_TMDB_FIRST_YEAR"]
        for name, values in variables.items()
        if "SAKILA_TMDB_FIRST_YEAR" in values
    }
    assert years == {"sakila-test-function-collect-tmdb": "1999"}
    [arguments] = [
        each.wanted["DefaultArguments"]
        for each in every
        if each.name == "sakila-test-extract-stage" and each.kind == "glue job"
    ]
    assert arguments["--SAKILA_RENTERS_PER_DAY"] == "7"


def test_modules_that_jobs_import_have_versions() -> None:
    pins = release_of_checkout("1.0.0").pins
    modules = {module for job in JOBS for module in job.modules}
    assert {module: pins[module].split("==")[0] for module in modules} == {module: module for module in modules}


def test_crawlers_see_the_contracts_tables_and_change_none() -> None:
    place = ENVIRONMENTS["a server by URL"]
    found = {each.name: each.wanted for each in declared(place) if each.kind == "glue crawler"}
    layers = {"stage": STAGE_TABLES, "final": (*DAILY_TABLES, DIM_DATE)}
    assert [each.crawler for each in layers_of(RENTALS)] == list(layers)
    for layer, contracts in layers.items():
        crawler = found[f"sakila-test-{layer}"]
        names = [table.name.table for table in contracts]
        assert crawler["Targets"] == {"CatalogTargets": [{"DatabaseName": f"{layer}_sakila", "Tables": names}]}
    (marts,) = found["sakila-test-marts"]["Targets"]["S3Targets"]
    assert marts == {"Path": f"{place.lake}/marts/", "Exclusions": ["*/*/**"]}
    for name, crawler in found.items():
        output = crawler["Configuration"]["CrawlerOutput"]
        assert output == {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}}
        assert crawler["RecrawlPolicy"] == {"RecrawlBehavior": "CRAWL_EVERYTHING"}
        assert crawler["SchemaChangePolicy"]["DeleteBehavior"] == "LOG"
        assert name == "sakila-test-marts" or crawler["SchemaChangePolicy"]["UpdateBehavior"] == "LOG"


@pytest.mark.parametrize("zone", ZONES)
def test_cron_expressions_are_as_aws_reads_them(zone: str) -> None:
    for each in declared(environment(oltp=SHOP, zone=ZoneInfo(zone))):
        for part in ("Schedule", "ScheduleExpression"):
            assert not each.wanted.get(part) or cron_faults(each.wanted[part]) == []


def test_one_in_the_morning_in_bogota_is_six_in_utc() -> None:
    assert daily_cron_utc(1, 0, ZoneInfo("America/Bogota")) == "cron(0 6 * * ? *)"
    assert daily_cron_utc(1, 0, ZoneInfo("America/New_York")) == "cron(0 6 * * ? *)"
    assert new_year_cron_utc(0, 30, ZoneInfo("Asia/Kolkata")) == "cron(0 19 31 12 ? *)"
    assert cron_faults("cron(0 6 * * * *)") != []
    assert cron_faults("cron(0 25 * * ? *)") != []


@given(st.sampled_from(ZONES), st.dates(date(2026, 1, 1), date(2030, 12, 31)))
def test_the_day_has_ended_for_an_hour_when_its_job_starts_and_not_for_three(zone: str, day: date) -> None:
    minute, hour = daily_cron_utc(1, 0, ZoneInfo(zone)).removeprefix("cron(").split(" ")[:2]
    starts = datetime.combine(day, time(int(hour), int(minute)), timezone.utc).astimezone(ZoneInfo(zone))
    since_midnight = timedelta(hours=starts.hour, minutes=starts.minute)
    assert timedelta(hours=1) <= since_midnight <= timedelta(hours=2)


def test_the_catalogue_has_the_contracts_types_and_no_column_twice() -> None:
    tables = {each.name: each.wanted for each in declared(ENVIRONMENTS["a server by URL"]) if each.kind == "glue table"}
    assert len(tables) == 25
    film = {c["Name"]: c["Type"] for c in tables["final_sakila.dim_film"]["StorageDescriptor"]["Columns"]}
    assert (film["film_id"], film["rental_rate"], film["captured_at"]) == ("int", "decimal(10,2)", "timestamp")
    for table in tables.values():
        names = [c["Name"] for c in (*table["StorageDescriptor"]["Columns"], *table["PartitionKeys"])]
        assert len(names) == len(set(names))


def test_the_clock_of_glue_is_off_where_dagster_conducts() -> None:
    place = environment(oltp=SHOP, is_conductor_glue=False)
    on = {each.name: each.wanted["IsOn"] for each in declared(place) if each.kind == "glue trigger"}
    assert not on["sakila-test-daily"]
    assert not on["sakila-test-yearly"]
    assert on["sakila-test-daily-final"]


def test_differences_are_reported_where_they_are_and_a_secret_never() -> None:
    wanted = {"A": {"B": [1, 2]}, "Tags": Exactly({"x": "1"}), "Password": Secret("hunter2"), "Empty": ""}
    present = {"A": {"B": [1, 3], "More": True}, "Tags": {"x": "1", "y": "2"}, "Password": "other"}
    reported = [str(difference) for difference in differences(wanted, present)]
    assert reported == ["A.B[1]: 3 -> 2", "Tags.y: 2 -> (nothing)", "Password: (secret) differs"]


def test_of_two_long_texts_the_end_that_differs_is_reported() -> None:
    place = "s3://sakila-prod-123456789012-us-east-1/deploy"
    (difference,) = differences({"Script": f"{place}/1.1.0/x.py"}, {"Script": f"{place}/1.0.0/x.py"})
    assert str(difference) == "Script: ... -us-east-1/deploy/1.0.0/x.py -> ... -us-east-1/deploy/1.1.0/x.py"


@given(st.dictionaries(st.text("abcdef", min_size=1), st.binary(max_size=50), min_size=1), st.randoms())
def test_an_archive_depends_on_its_files_alone(files: dict[str, bytes], chance: Any) -> None:
    shuffled = list(files.items())
    chance.shuffle(shuffled)
    assert reproducible_zip(files) == reproducible_zip(dict(shuffled))
    assert fingerprint(files.items()) == fingerprint(shuffled)
    assert fingerprint(files.items()) != fingerprint([*shuffled, ("one more", b"")])


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_a_functions_archive_is_small_and_has_nothing_of_the_machine(function: LambdaFunction) -> None:
    archive = lambda_archive(function)
    assert archive == lambda_archive(function)
    assert len(archive) < 5_000_000
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        entries = opened.infolist()
    names = [entry.filename for entry in entries]
    assert names == sorted(names)
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}
    assert not [path for path in names if path.endswith((".pyc", "RECORD", "INSTALLER")) or "/bin/" in path]
    assert not [path for path in names if path.startswith(("dagster", "pyarrow", "boto"))]


def test_the_wheel_has_the_projects_version() -> None:
    project = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    number = project.partition('\nversion = "')[2].partition('"')[0]
    assert f"sakila_platform-{number}-py3-none-any.whl" == WHEEL


def test_the_wheel_can_be_installed(tmp_path: Any) -> None:
    wheel = pure_wheel("sakila_platform", "0.1.0", {"sakila_platform/__init__.py": b"x = 1\n"})
    with zipfile.ZipFile(io.BytesIO(wheel)) as opened:
        record = opened.read("sakila_platform-0.1.0.dist-info/RECORD").decode()
        assert {line.split(",")[0] for line in record.splitlines()} == set(opened.namelist())
        assert "Requires-Dist" not in opened.read("sakila_platform-0.1.0.dist-info/METADATA").decode()


def test_nothing_of_reviews_is_declared_without_its_database() -> None:
    names = {each.name for each in declared(ENVIRONMENTS["a server by URL"])}
    assert not [name for name in names if "reviews" in name or "redshift" in name or "spark" in name]


def test_vendors_may_deliver_and_nothing_else() -> None:
    found = dict(documents(ENVIRONMENTS["with reviews"]))
    [statement] = found["sakila-test-deliver"]["Statement"]
    assert statement["Action"] == ["s3:PutObject", "s3:AbortMultipartUpload"]
    assert statement["Resource"] == ["arn:aws:s3:::sakila-test-123456789012-us-east-1/lake/raw/reviews/*"]


def test_redshift_reads_what_it_copies_and_nothing_with_an_address_or_a_phone_number() -> None:
    found = dict(documents(ENVIRONMENTS["with reviews and Redshift in a VPC"]))
    reads = [
        resource
        for statement in found["sakila-test-redshift"]["Statement"]
        if "s3:GetObject" in statement["Action"]
        for resource in statement["Resource"]
    ]
    assert [resource.partition("/")[2] for resource in reads] == ["lake/final/reviews/*", "lake/staging/reviews/*"]


def test_redshift_is_the_environments_own_or_somebody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAKILA_MYSQL_URL", "mysql://platform:secret@db.example:3306")
    monkeypatch.setenv("SAKILA_POSTGRES_URL", "postgresql://platform:secret@pg.example:5432")
    for url, database in (
        ("redshift://sakila-test-reviews/datawarehouse_reviews", "datawarehouse_reviews"),
        ("redshift://of-the-company/datawarehouse_reviews", ""),
        ("", ""),
    ):
        monkeypatch.setenv("SAKILA_REVIEWS_WAREHOUSE_URL", url)
        place = read_environment("test", "123456789012")
        assert (place.redshift_database, place.purchases) == (database, PURCHASES)


def test_of_films_and_series_the_catalogue_has_every_table_as_its_contract_and_a_view_of_each_fact() -> None:
    place = ENVIRONMENTS["in a VPC, with TMDB"]
    tables = {each.name: each.wanted for each in declared(place) if each.kind == "glue table"}
    for table in (*TRUSTED_TABLES, *REFINED_TABLES):
        wanted = tables[table.name.sql]
        days = [] if table in (*CSV_TABLES, *REFINED_TABLES) else [{"Name": "dt", "Type": "string"}]
        assert wanted["PartitionKeys"] == days
        assert [column["Name"] for column in wanted["StorageDescriptor"]["Columns"]] == list(table.column_names)
        assert wanted["StorageDescriptor"]["Location"] == f"{place.lake}/{table.name.path}/"
    crawled = [each.wanted["Targets"] for each in declared(place) if each.name == "sakila-test-trusted-catalogue"]
    assert crawled[0]["CatalogTargets"][0]["Tables"] == [table.name.table for table in TMDB_TABLES]
    assert {name for name in tables if name.endswith("_described")} == {
        f"{table.name.sql}_described" for table in REFINED_TABLES if table.references
    }
    without = [each.name for each in declared(ENVIRONMENTS["a server by URL"])]
    assert not [name for name in without if "_catalogue" in name or "test-catalogue" in name]


def test_of_a_domain_that_says_nothing_of_aws_the_catalogue_has_every_layer() -> None:
    place = replace(ENVIRONMENTS["a server by URL"], domains=(replace(RENTALS, aws=OnAws()),))
    names = {kind: [each.name for each in declared(place) if each.kind == kind] for kind in KINDS}
    assert names["glue database"] == ["stage_sakila", "final_sakila", "marts"]
    assert len(names["glue table"]) == len(RENTALS.lake_tables)
    assert names["glue crawler"] == [f"sakila-test-{layer}" for layer in ("stage-sakila", "final-sakila", "marts")]
    assert not names["glue job"] + names["glue workflow"] + names["glue trigger"]
    assert {each.wanted["State"] for each in declared(place) if each.kind == "schedule"} == {"DISABLED"}


@pytest.mark.parametrize("table", [table for table in REFINED_TABLES if table.references], ids=lambda t: t.name.table)
def test_a_view_has_a_row_for_each_row_of_its_table_under_the_columns_it_tells(table: Table) -> None:
    view = described(table, {each.name: each for each in REFINED_TABLES}, "refined_catalogue")
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA refined_catalogue")
        for each in REFINED_TABLES:
            rows = pa.table({column.name: ["1", "2"] for column in each.columns})
            connection.register("two_rows", rows)
            connection.execute(f"CREATE TABLE {each.name.sql} AS FROM two_rows")
        found = connection.execute(view.sql)
        assert [column[0] for column in found.description or ()] == [column.name for column in view.columns]
        assert len(found.fetchall()) == 2
    reported = base64.b64decode(view_parts(view, "refined_catalogue")["ViewOriginalText"].split()[3])
    assert json.loads(reported)["originalSql"] == view.sql
    assert {column["type"].partition("(")[0] for column in json.loads(reported)["columns"]} <= PRESTO_TYPES
