"""What is declared of the PostgreSQL of purchases, which SAKILA_POSTGRES_URL names: its login, the way to it. Pure."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from sakila_platform.declarations.aws import Server
from sakila_platform.deploy.declarations import Declaration, Exactly, Secret
from sakila_platform.deploy.environment import Environment
from sakila_platform.deploy.kind_names import CONNECTION, SECRET
from sakila_platform.deploy.tags import TAGS

PURCHASES = "purchases"


def purchases_login(environment: Environment) -> list[Declaration]:
    """The login to the server."""
    address = environment.purchases
    if address is None:
        return []
    login = json.dumps({"username": address.user, "password": address.password})
    parts = {"Description": f"Login of the jobs to {address.host}.", "Value": Secret(login), TAGS: environment.tags}
    return [Declaration(SECRET, environment.called(PURCHASES), parts)]


def purchases_connection(environment: Environment) -> list[Declaration]:
    """The way from Glue to the server, for the jobs that reach it."""
    network = environment.network
    databases = [
        job.database for each in environment.domains for job in each.aws.jobs if job.reaches is Server.PURCHASES
    ]
    if not databases:
        return []
    requirements = {
        "SubnetId": network.subnets[0] if network.subnets else "",
        "SecurityGroupIdList": list(network.security_groups),
        "AvailabilityZone": network.zone,
    }
    properties = {
        "JDBC_CONNECTION_URL": purchases_url(environment, databases[0]),
        "JDBC_ENFORCE_SSL": "true",
        "SECRET_ID": environment.called(PURCHASES),
    }
    parts = {
        "Description": "The PostgreSQL of purchases.",
        "ConnectionType": "JDBC",
        "ConnectionProperties": Exactly(properties),
        "PhysicalConnectionRequirements": requirements if network.subnets else {},
        TAGS: environment.tags,
    }
    return [Declaration(CONNECTION, environment.called(PURCHASES), parts)]


def purchases_url(environment: Environment, database: str, *, with_options: bool = False) -> str:
    """How Java reaches the server's database, which `database` names unless the address does.

    with_options: with what the address says of TLS and the like. Raises ValueError where there is no such server.
    """
    address = environment.purchases
    if address is None:
        raise ValueError("there is no PostgreSQL of purchases")
    url = f"jdbc:postgresql://{address.host}:{address.port}/{address.database or database}"
    return f"{url}?{urlencode(address.options, safe='/')}" if with_options and address.options else url
