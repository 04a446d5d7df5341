"""Tables without partitions as assets: their specs and checks, and what Dagster is told of their outcomes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import TableName
from sakila_platform.model.outcomes import TableDay
from sakila_platform.model.rule_sql import require_renderable
from sakila_platform.orchestration.asset_specs import CONTRACT, asset_key, table_spec
from sakila_platform.orchestration.automation import follows_upstream

Event = dg.MaterializeResult | dg.AssetCheckResult
_ROW_COUNT = "dagster/row_count"


def unpartitioned_spec(table: Table, *, group: str, kinds: Iterable[str], deps: Iterable[TableName]) -> dg.AssetSpec:
    """The spec of a table without partitions; it follows what it is made from."""
    spec = table_spec(table, group=group, kinds=kinds, deps=deps, partitions=None)
    return spec.replace_attributes(automation_condition=follows_upstream())


def unpartitioned_checks(
    tables: Sequence[Table], further: Mapping[TableName, Mapping[str, str]], warnings: frozenset[str] = frozenset()
) -> list[dg.AssetCheckSpec]:
    """The `contract` check of each table, and further ones by table and name with their descriptions.

    Those among `warnings` stop nothing. Raises PlatformError when an engine can't be asked a rule.
    """
    for table in tables:
        require_renderable(table)
    kept = "Every row keeps the table's contract."
    checks = [
        dg.AssetCheckSpec(CONTRACT, asset=asset_key(table.name), description=kept, blocking=True) for table in tables
    ]
    for name, named in further.items():
        checks += [
            dg.AssetCheckSpec(check, asset=asset_key(name), description=described, blocking=check not in warnings)
            for check, described in named.items()
        ]
    return checks


def told(
    context: dg.AssetExecutionContext,
    outcomes: Mapping[TableName, TableDay],
    lineage: Mapping[dg.AssetKey, dg.TableColumnLineage] | None = None,
) -> Iterator[Event]:
    """What Dagster must know of tables that were built: yield all of it from the asset's function.

    Raises dg.Failure, in one line, after the first table that was refused: it stays as it was, as do those after it.
    """
    for name, outcome in outcomes.items():
        key = asset_key(name)
        if outcome.refused:
            yield _check(key, CONTRACT, outcome.refused, dict(outcome.broken))
            raise dg.Failure(f"Refused {name}: {outcome.refused}. It stays as it was.", allow_retries=False)
        if key in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=key, metadata=_metadata(outcome, (lineage or {}).get(key)))
        yield from (result for result in _checks(key, outcome) if _is_selected(context, result))


def _metadata(outcome: TableDay, lineage: dg.TableColumnLineage | None) -> dict[str, Any]:
    metadata: dict[str, Any] = {_ROW_COUNT: outcome.rows, **outcome.notes}
    if outcome.rejected:
        metadata["quarantined_rows"] = outcome.rejected
    if lineage:
        metadata["dagster/column_lineage"] = lineage
    return metadata


def _checks(key: dg.AssetKey, outcome: TableDay) -> Iterator[dg.AssetCheckResult]:
    broken = ", ".join(f"{rule} ({count})" for rule, count in outcome.broken.items())
    yield _check(key, CONTRACT, f"Set aside: {broken}" if broken else "", dict(outcome.broken), is_warning=True)
    for name, fault in outcome.checks.items():
        yield _check(key, name, fault)
    for name, oddity in outcome.warnings.items():
        yield _check(key, name, oddity, is_warning=True)


def _check(
    key: dg.AssetKey, name: str, fault: str, metadata: Mapping[str, Any] | None = None, *, is_warning: bool = False
) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=not fault,
        asset_key=key,
        check_name=name,
        severity=dg.AssetCheckSeverity.WARN if is_warning else dg.AssetCheckSeverity.ERROR,
        metadata=metadata,
        description=fault or None,
    )


def _is_selected(context: dg.AssetExecutionContext, result: dg.AssetCheckResult) -> bool:
    assert result.asset_key is not None and result.check_name is not None
    return dg.AssetCheckKey(result.asset_key, result.check_name) in context.selected_asset_check_keys
