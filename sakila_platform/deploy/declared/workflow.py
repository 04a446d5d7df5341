"""What is declared of the day without Dagster: a workflow of Glue, and what starts what. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sakila_platform.deploy.cron import daily_cron_utc, new_year_cron_utc
from sakila_platform.deploy.declarations import Declaration
from sakila_platform.deploy.declared.data_catalog import MARTS, layers_of
from sakila_platform.deploy.environment import Environment
from sakila_platform.deploy.kind_names import TRIGGER, WORKFLOW
from sakila_platform.deploy.tags import TAGS

if TYPE_CHECKING:
    from sakila_platform.declarations.domain import Domain


def workflow(environment: Environment) -> list[Declaration]:
    """The day of the domain that has such a workflow: one run at a time."""
    return [
        Declaration(
            WORKFLOW,
            environment.called("daily"),
            {
                "Description": "The day that has ended: stage, final, catalogue, warehouse.",
                "MaxConcurrentRuns": 1,
                TAGS: environment.tags,
            },
        )
        for _ in _conducted(environment)
    ]


def triggers(environment: Environment) -> list[Declaration]:
    """The clock of the day, each part after the one before it, and the clock of the year."""
    return [trigger for domain in _conducted(environment) for trigger in _triggers(environment, domain)]


def _conducted(environment: Environment) -> list[Domain]:
    return [domain for domain in environment.domains if domain.aws.workflow_dates]


def _triggers(environment: Environment, domain: Domain) -> list[Declaration]:
    stage, final = (layer.glue_job for layer in domain.daily)
    warehouse = domain.warehouse.glue_job if domain.warehouse else ""
    crawlers = [layer.crawler for layer in layers_of(domain)]

    def called(name: str) -> str:
        return environment.called(name)

    def after(name: str, does: str, conditions: list[dict[str, str]], actions: list[dict[str, Any]]) -> Declaration:
        predicate = {"Logical": "AND", "Conditions": [{"LogicalOperator": "EQUALS", **each} for each in conditions]}
        parts = {"Type": "CONDITIONAL", "Predicate": predicate, "Actions": actions, "Description": does}
        return _trigger(environment, name, parts | {"WorkflowName": called("daily"), "IsOn": True})

    def ended(job: str) -> dict[str, str]:
        return {"JobName": called(job), "State": "SUCCEEDED"}

    is_on = environment.is_conductor_glue
    return [
        _trigger(
            environment,
            "daily",
            {
                "Type": "SCHEDULED",
                "WorkflowName": called("daily"),
                "Description": "01:00 in the shop's time zone (an hour later in its summer, if it has one).",
                "Schedule": daily_cron_utc(1, 0, environment.zone),
                "Actions": [{"JobName": called(stage)}],
                "IsOn": is_on,
            },
        ),
        after("daily-final", "Stage is there.", [ended(stage)], [{"JobName": called(final)}]),
        after(
            "daily-catalogue",
            "Final is there.",
            [ended(final)],
            [{"CrawlerName": called(crawler)} for crawler in (*crawlers, MARTS)],
        ),
        # Not after the marts' crawler: what dbt did is no reason to keep the warehouse waiting.
        after(
            "daily-warehouse",
            "The catalogue has the day.",
            [{"CrawlerName": called(crawler), "CrawlState": "SUCCEEDED"} for crawler in crawlers],
            [{"JobName": called(warehouse)}],
        ),
        _trigger(
            environment,
            "yearly",
            {
                "Type": "SCHEDULED",
                "Description": "00:30 on 1 January in the shop's time zone: this year's dates and the next's.",
                "Schedule": new_year_cron_utc(0, 30, environment.zone),
                "Actions": [{"JobName": called(domain.aws.workflow_dates)}],
                "IsOn": is_on,
            },
        ),
    ]


def _trigger(environment: Environment, name: str, parts: dict[str, Any]) -> Declaration:
    nothing = {"WorkflowName": "", "Schedule": "", "Predicate": {}}
    return Declaration(TRIGGER, environment.called(name), {**nothing, **parts, TAGS: environment.tags})
