"""Operations of AWS that moto lacks, put into its in-process server: so that a second apply meets the first one's work.

As AWS does, an update of a job or a trigger replaces all that it names, and what it leaves out is reset.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from moto.athena.models import AthenaBackend
from moto.athena.responses import AthenaResponse
from moto.awslambda.models import LambdaFunction
from moto.core.responses import ActionResult, EmptyResult
from moto.glue.exceptions import EntityNotFoundException
from moto.glue.models import FakeConnection
from moto.glue.responses import GlueResponse
from moto.glue.utils import Action, Predicate
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket

_FUNCTION_PARTS = ("DeadLetterConfig", "LoggingConfig")
_JOB = {
    "Description": "description",
    "Role": "role",
    "ExecutionProperty": "execution_property",
    "Command": "command",
    "DefaultArguments": "default_arguments",
    "Connections": "connections",
    "MaxRetries": "max_retries",
    "Timeout": "timeout",
    "GlueVersion": "glue_version",
    "WorkerType": "worker_type",
    "NumberOfWorkers": "number_of_workers",
    "ExecutionClass": "execution_class",
}
_CRAWLER = {
    "Description": "description",
    "Role": "role",
    "DatabaseName": "database_name",
    "Targets": "targets",
    "SchemaChangePolicy": "schema_change_policy",
    "RecrawlPolicy": "recrawl_policy",
    "Configuration": "configuration",
    "Schedule": "schedule",
}


@cache
def install_missing_operations() -> None:
    """Put them where moto looks for operations; again, nothing happens."""
    for operation in (_update_job, _update_crawler, _update_trigger, _update_connection, _delete_connection):
        setattr(GlueResponse, operation.__name__.lstrip("_"), operation)
    AthenaResponse.update_work_group = _update_work_group  # type: ignore[attr-defined]
    FakeBucket.get_permission = _get_permission  # type: ignore[method-assign]
    _tell_more(FakeConnection, "as_dict", lambda connection: connection.connection_input, ("ConnectionType",))
    _remember_function_parts()


def _tell_more(model: type, method: str, source: Callable[[Any], Mapping[str, Any]], parts: tuple[str, ...]) -> None:
    """Have a model's answer tell parts that it was sent and that moto leaves out."""
    reported = getattr(model, method)

    def more(self: Any, *arguments: Any, **named: Any) -> dict[str, Any]:
        sent = source(self)
        return {**reported(self, *arguments, **named), **{part: sent[part] for part in parts if part in sent}}

    setattr(model, method, more)


def _remember_function_parts() -> None:
    created, updated = LambdaFunction.__init__, LambdaFunction.update_configuration

    def create(self: Any, account_id: str, spec: dict[str, Any], *arguments: Any, **named: Any) -> None:
        self.sent = dict(spec)
        created(self, account_id, spec, *arguments, **named)

    def update(self: Any, config_updates: dict[str, Any]) -> dict[str, Any]:
        self.sent.update(config_updates)
        return updated(self, config_updates)

    LambdaFunction.__init__ = create  # type: ignore[method-assign]
    LambdaFunction.update_configuration = update  # type: ignore[method-assign]
    _tell_more(LambdaFunction, "get_configuration", lambda function: function.sent, _FUNCTION_PARTS)


def _update_job(self: GlueResponse) -> ActionResult:
    job = self.glue_backend.get_job(self.parameters["JobName"])
    for part, attribute in _JOB.items():
        setattr(job, attribute, self.parameters["JobUpdate"].get(part))
    return ActionResult({"JobName": job.name})


def _update_crawler(self: GlueResponse) -> ActionResult:
    crawler = self.glue_backend.get_crawler(self.parameters["Name"])
    for part, attribute in _CRAWLER.items():
        if part in self.parameters:
            setattr(crawler, attribute, self.parameters[part])
    return EmptyResult()


def _update_trigger(self: GlueResponse) -> ActionResult:
    trigger = self.glue_backend.get_trigger(self.parameters["Name"])
    update = self.parameters["TriggerUpdate"]
    trigger.schedule = update.get("Schedule", trigger.schedule)
    trigger.description = update.get("Description", "")
    trigger.predicate = Predicate(update["Predicate"]) if "Predicate" in update else trigger.predicate
    trigger.actions = [Action(each) for each in update["Actions"]] if "Actions" in update else trigger.actions
    return ActionResult({"Trigger": trigger.as_dict()})


def _update_connection(self: GlueResponse) -> ActionResult:
    name, wanted = self.parameters["Name"], self.parameters["ConnectionInput"]
    connection = self.glue_backend.connections[name]
    connection.connection_input = wanted
    connection.description = wanted.get("Description")
    connection.connection_properties = wanted.get("ConnectionProperties", {})
    return EmptyResult()


def _delete_connection(self: GlueResponse) -> ActionResult:
    if self.glue_backend.connections.pop(self.parameters["ConnectionName"], None) is None:
        raise EntityNotFoundException("Connection not found")
    return EmptyResult()


def _update_work_group(self: AthenaResponse) -> Any:
    backend: AthenaBackend = self.athena_backend
    group = backend.work_groups[self._get_param("WorkGroup")]
    updates = dict(self._get_param("ConfigurationUpdates") or {})
    results = updates.pop("ResultConfigurationUpdates", {})
    group.configuration.update(updates)
    group.configuration["ResultConfiguration"] = {**group.configuration.get("ResultConfiguration", {}), **results}
    group.description = self._get_param("Description")
    group.state = self._get_param("State") or group.state
    return "{}"


def _get_permission(self: FakeBucket, action: str, resource: str) -> PermissionResult:
    """As moto's, which can't look at how one is connected: here connections count as encrypted."""
    policy = json.loads(self.policy or b'{"Statement": []}')
    policy["Statement"] = [each for each in policy["Statement"] if "aws:SecureTransport" not in json.dumps(each)]
    if not policy["Statement"]:
        return PermissionResult.NEUTRAL
    return IAMPolicy(json.dumps(policy)).is_action_permitted(action, resource)
