"""An environment: its name, where it is, how big, and what its things are called. Pure but for `read_environment`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sakila_platform import domains as every_domain
from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.postgres.address import PostgresAddress
from sakila_platform.deploy.declarations import Later
from sakila_platform.deploy.kind_names import DATABASE_SERVER
from sakila_platform.deploy.tags import environment_tags
from sakila_platform.errors import UsageError
from sakila_platform.settings.aws import (
    ALARM_EMAIL,
    ATHENA_SCAN_LIMIT_GIGABYTES,
    AWS_REGION,
    CONDUCTOR,
    DATABASE_CLASS,
    GLUE_DATABASE_PREFIX,
    GLUE_WORKERS,
    SECURITY_GROUPS,
    SUBNETS,
)
from sakila_platform.settings.calendar import (
    FIRST_DAY,
    HOLIDAY_COUNTRY,
    HOLIDAY_LANGUAGE,
    HOLIDAY_SUBDIVISION,
    TIME_ZONE,
)
from sakila_platform.settings.catalogue import TMDB_TOKEN
from sakila_platform.settings.places import MYSQL_URL, POSTGRES_URL, WAREHOUSE_URL
from sakila_platform.settings.runs import ALLOWED_BAD_SHARE
from sakila_platform.settings.setting import Setting

if TYPE_CHECKING:
    from sakila_platform.declarations.domain import Domain

_NAME = re.compile(r"[a-z][a-z0-9]{0,11}")


@dataclass(frozen=True)
class Network:
    """Where in a VPC things run; without subnets they run outside of one."""

    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    zone: str = ""
    """The availability zone of the first subnet: Glue asks for it."""


@dataclass(frozen=True)
class Sizes:
    """How much of everything."""

    glue_workers: int = 2
    database_class: str = "db.t4g.small"
    scan_limit_gigabytes: int = 100


@dataclass(frozen=True)
class Environment:
    """All that the inventory depends on."""

    name: str
    account: str
    region: str
    zone: ZoneInfo
    domains: tuple[Domain, ...] = field(default=(), repr=False)
    """The domains that it has."""
    is_conductor_glue: bool = True
    """Whether Glue's own trigger starts the day; else Dagster does, and the trigger is off."""
    oltp: Address | None = field(default=None, repr=False)
    """The shop's server; None: a server of RDS is made."""
    warehouse: Address | None = field(default=None, repr=False)
    """The warehouse's, where it is another one."""
    network: Network = Network()
    sizes: Sizes = Sizes()
    alarm_email: str = ""
    database_prefix: str = ""
    job_settings: tuple[tuple[str, str], ...] = ()
    """Settings that jobs and functions are given: names and texts."""
    tmdb_token: str = field(default="", repr=False)
    """TMDB's token; without one nothing is collected there."""
    function_settings: tuple[tuple[str, str], ...] = ()
    """Settings that single functions are given: names and texts."""
    purchases: PostgresAddress | None = field(default=None, repr=False)
    """The PostgreSQL of purchases."""
    redshift_database: str = ""
    """The database of the environment's own Redshift Serverless; empty: there is none."""

    @property
    def prefix(self) -> str:
        """What the names of all things begin with."""
        return f"sakila-{self.name}-"

    def called(self, thing: str) -> str:
        """The name of a thing."""
        return f"{self.prefix}{thing}"

    @property
    def tags(self) -> dict[str, str]:
        """What everything is tagged with."""
        return environment_tags(self.name)

    @property
    def bucket(self) -> str:
        """The bucket: unique in the world, as S3 has it."""
        return f"{self.prefix}{self.account}-{self.region}"

    @property
    def lake(self) -> str:
        """The lake's address."""
        return f"s3://{self.bucket}/lake"

    @property
    def workgroup(self) -> str:
        """The Athena workgroup by which the lake is asked."""
        return self.called("queries")

    def arn(self, service: str, rest: str) -> str:
        """An address in the account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{rest}"

    def bucket_arn(self, keys: str = "") -> str:
        """The bucket's address, or that of keys in it."""
        return f"arn:aws:s3:::{self.bucket}{f'/{keys}' if keys else ''}"

    def role_arn(self, thing: str) -> str:
        """The address of a role."""
        return f"arn:aws:iam::{self.account}:role/{self.called(thing)}"

    @property
    def database_server(self) -> str:
        """The name of the server that RDS makes."""
        return self.called("mysql")

    def host(self, address: Address | None) -> str | Later:
        """Host and port of a server: of the address, or of the one that RDS makes."""
        if address:
            return f"{address.host}:{address.port}"
        return Later(DATABASE_SERVER, self.database_server, "Host", "{}:3306")

    def jdbc_url(self, address: Address | None, database: str) -> str | Later:
        """How Java reaches a database on a server."""
        named = (address.database if address else "") or database
        host = self.host(address)
        if isinstance(host, Later):
            return Later(host.kind, host.name, host.part, f"jdbc:mysql://{host.shape}/{named}")
        return f"jdbc:mysql://{host}/{named}"

    def job_url(self, address: Address | None, database: str) -> str | Later:
        """The same for a job, with what the address says of TLS."""
        return self._with_tls(address, self.jdbc_url(address, database))

    def mysql_url(self, address: Address | None) -> str | Later:
        """The server's address without login, which is in the secret, with what the address says of TLS."""
        host = self.host(address)
        if isinstance(host, Later):
            return self._with_tls(address, Later(host.kind, host.name, host.part, f"mysql://{host.shape}"))
        return self._with_tls(address, f"mysql://{host}")

    def _with_tls(self, address: Address | None, url: str | Later) -> str | Later:
        """RDS's authority is not among those that a job or a function trusts, so a server made there encrypts alone."""
        query = address.tls.query if address else "ssl-mode=required"
        if isinstance(url, Later):
            return Later(url.kind, url.name, url.part, f"{url.shape}?{query}")
        return f"{url}?{query}" if query else url

    def secret(self, address: Address | None) -> str | Later:
        """The name of the secret with a server's login; RDS makes its own, which has an address only."""
        if address is None:
            return Later(DATABASE_SERVER, self.database_server, "SecretArn")
        return self.called("warehouse" if address == self.warehouse else "mysql")

    def secret_arn(self, address: Address | None) -> str | Later:
        """What a policy calls that secret: Secrets Manager ends addresses with six characters of its own."""
        secret = self.secret(address)
        return secret if isinstance(secret, Later) else self.arn("secretsmanager", f"secret:{secret}-??????")

    def secretsmanager(self, thing: str) -> str:
        """What a policy calls a secret of ours."""
        return self.arn("secretsmanager", f"secret:{self.called(thing)}-??????")

    def glue_database(self, name: str) -> str:
        """A Glue database's name, with the prefix that keeps environments of one account apart."""
        return f"{self.database_prefix}{name}"


def require_environment_name(name: str) -> str:
    """The name. Raises UsageError when it can't be part of AWS's names."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} can't name an environment. Give up to 12 lower-case letters and digits, such as prod."
        )
    return name


def read_environment(name: str, account: str, zone_of_subnet: str = "") -> Environment:
    """The environment that the settings describe. `zone_of_subnet` is where the first subnet is."""
    domains = tuple(each for each in every_domain.DOMAINS if each.aws.needs is None or each.aws.needs.text())
    oltp, warehouse = MYSQL_URL.read(), WAREHOUSE_URL.read()
    if warehouse and not oltp:
        raise UsageError("SAKILA_WAREHOUSE_URL is set, but SAKILA_MYSQL_URL is not. Set both, or neither to have RDS.")
    if not oltp and not SUBNETS.read():
        raise UsageError(
            "A server of RDS stands in a VPC: set SAKILA_SUBNETS (two or more) and SAKILA_SECURITY_GROUPS, "
            "or name a server in SAKILA_MYSQL_URL."
        )
    given: tuple[Setting[Any], ...] = (
        TIME_ZONE,
        FIRST_DAY,
        HOLIDAY_COUNTRY,
        HOLIDAY_SUBDIVISION,
        HOLIDAY_LANGUAGE,
        ALLOWED_BAD_SHARE,
        *(setting for domain in domains for setting in domain.aws.settings),
    )
    functions = [function for each in every_domain.DOMAINS for function in each.aws.functions]
    of_functions = [setting for function in functions for setting in function.settings]
    return Environment(
        name=require_environment_name(name),
        account=account,
        region=AWS_REGION.read(),
        zone=TIME_ZONE.read(),
        domains=domains,
        is_conductor_glue=CONDUCTOR.read() == "glue",
        oltp=Address.parse(oltp) if oltp else None,
        warehouse=Address.parse(warehouse, WAREHOUSE_URL.name) if warehouse else None,
        network=Network(SUBNETS.read(), SECURITY_GROUPS.read(), zone_of_subnet),
        sizes=Sizes(GLUE_WORKERS.read(), DATABASE_CLASS.read(), ATHENA_SCAN_LIMIT_GIGABYTES.read()),
        alarm_email=ALARM_EMAIL.read(),
        database_prefix=GLUE_DATABASE_PREFIX.read(),
        purchases=PostgresAddress.parse(purchases) if (purchases := POSTGRES_URL.read()) else None,
        redshift_database=_own_redshift(name, domains),
        tmdb_token=TMDB_TOKEN.read(),
        function_settings=tuple((setting.name, setting.text()) for setting in of_functions),
        job_settings=tuple((setting.name, text) for setting in given if (text := setting.text())),
    )


def _own_redshift(name: str, domains: tuple[Domain, ...]) -> str:
    """The database in the environment's workgroup of Redshift, where the settings lead there; else nothing."""
    for domain in domains:
        own = f"redshift://sakila-{name}-{domain.name}/"
        if domain.aws.redshift and (url := domain.aws.redshift.url.read()).startswith(own):
            return url.removeprefix(own).strip("/")
    return ""
