"""What is declared of databases: the login to a server that is there, or a server of RDS with its own. Pure."""

from __future__ import annotations

import json

from sakila_platform.databases.mysql.address import Address
from sakila_platform.deploy.declarations import Declaration, Exactly, Secret
from sakila_platform.deploy.environment import Environment
from sakila_platform.deploy.kind_names import DATABASE_PARAMETERS, DATABASE_SERVER, DATABASE_SUBNETS, SECRET
from sakila_platform.deploy.tags import TAGS

_ENGINE_VERSION = "8.4"
_DAYS_OF_BACKUPS = 7
_GIGABYTES_AT_FIRST, _GIGABYTES_AT_MOST = 20, 200


def secrets(environment: Environment) -> list[Declaration]:
    """The logins that the settings have, in the form that RDS keeps its own; none for a server of RDS."""
    logins = {"mysql": environment.oltp, "warehouse": environment.warehouse}
    return [
        Declaration(
            SECRET,
            environment.called(name),
            {
                "Description": f"Login of the jobs to {address.host}.",
                "Value": Secret(_login(address)),
                TAGS: environment.tags,
            },
        )
        for name, address in logins.items()
        if address
    ]


def database_server(environment: Environment) -> list[Declaration]:
    """A server of RDS, unless there is one already."""
    if environment.oltp:
        return []
    subnets, groups = environment.network.subnets, environment.network.security_groups
    name = environment.database_server
    placed = {"DBSubnetGroupName": name} if subnets else {}
    guarded = {"VpcSecurityGroupIds": list(groups)} if groups else {}
    return [
        *_placement(environment, name),
        Declaration(
            DATABASE_PARAMETERS,
            name,
            # Sakila's triggers can't be made without the first; the second is MySQL 8.4's way to allow TLS only.
            {
                "Parameters": Exactly({"log_bin_trust_function_creators": "1", "require_secure_transport": "1"}),
                TAGS: environment.tags,
            },
            {"DBParameterGroupFamily": f"mysql{_ENGINE_VERSION}", "Description": "The rental platform's MySQL."},
        ),
        Declaration(
            DATABASE_SERVER,
            name,
            {
                "DBInstanceClass": environment.sizes.database_class,
                "BackupRetentionPeriod": _DAYS_OF_BACKUPS,
                "MultiAZ": False,
                "PubliclyAccessible": False,
                "DeletionProtection": True,
                "MaxAllocatedStorage": _GIGABYTES_AT_MOST,
                TAGS: environment.tags,
            },
            {
                "Engine": "mysql",
                "EngineVersion": _ENGINE_VERSION,
                "AllocatedStorage": _GIGABYTES_AT_FIRST,
                "StorageType": "gp3",
                "StorageEncrypted": True,
                "MasterUsername": "sakila",
                "ManageMasterUserPassword": True,
                "DBParameterGroupName": name,
                "CopyTagsToSnapshot": True,
                "AutoMinorVersionUpgrade": True,
                **placed,
                **guarded,
            },
        ),
    ]


def _placement(environment: Environment, name: str) -> list[Declaration]:
    if not environment.network.subnets:
        return []
    wanted = {
        "DBSubnetGroupDescription": "Where the rental platform's MySQL stands.",
        "SubnetIds": sorted(environment.network.subnets),
        TAGS: environment.tags,
    }
    return [Declaration(DATABASE_SUBNETS, name, wanted)]


def _login(address: Address) -> str:
    login = {
        "engine": "mysql",
        "host": address.host,
        "port": address.port,
        "username": address.user,
        "password": address.password,
    }
    return json.dumps(login, sort_keys=True)
