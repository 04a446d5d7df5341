"""Dashboards against the marts' contracts (the dbt project's YAML): what is declared must be there, and of its type."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from sakila_platform.dashboards.declarations import Chart, ChartKind, Dashboard, Fold
from sakila_platform.errors import PlatformError

Contract = Mapping[str, str]
"""The columns of a mart and their types, as dbt's YAML has them."""

_DIMENSIONS = {
    ChartKind.TIMELINE: (1, 1),
    ChartKind.BARS: (1, 1),
    ChartKind.COLUMNS: (1, 2),
    ChartKind.HEATMAP: (2, 2),
    ChartKind.DISTRIBUTION: (1, 1),
    ChartKind.TABLE: (1, 8),
}
_NUMBERS = ("integer", "bigint", "smallint", "decimal", "double")
_VARIABLE = re.compile(r"\{\{ *var\('(\w+)'\) *\}\}")
# The C loader where there is one: definitions load often, and the pure one takes a third of a second.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_mart_contracts(folder: Path) -> dict[str, dict[str, str]]:
    """Every mart that the dbt project's YAML declares. Raises PlatformError, naming a file that is broken."""
    contracts: dict[str, dict[str, str]] = {}
    variables: Mapping[str, str] = _read(folder / "dbt_project.yml").get("vars") or {}
    # Beside the models; in deeper folders are unit tests, which are longer than all that is read here.
    for file in sorted(folder.glob("models/*/*.yml")):
        for model in _read(file).get("models") or ():
            columns = model.get("columns", ())
            contracts[model["name"]] = {c["name"]: _rendered(c.get("data_type", ""), variables) for c in columns}
    return contracts


def _read(file: Path) -> dict[str, Any]:
    try:
        return (yaml.load(file.read_text(encoding="utf-8"), _LOADER) if file.exists() else None) or {}
    except yaml.YAMLError as error:
        raise PlatformError(f"{file.name} can't be read: {' '.join(str(error).split())}. Fix it.") from None


def _rendered(declared: object, variables: Mapping[str, str]) -> str:
    """A type in which the project's variables are replaced, which is all of dbt's Jinja that is used there."""
    return _VARIABLE.sub(lambda found: variables.get(found[1], found[0]), str(declared))


def require_contracts_kept(dashboards: Iterable[Dashboard], contracts: Mapping[str, Contract]) -> None:
    """Nothing when every dashboard names only what its marts have.

    Raises PlatformError, one line with the nearest names, for the first that does not.
    """
    for dashboard in dashboards:
        for fault in _faults(dashboard, contracts):
            raise PlatformError(f"Dashboard {dashboard.name}: {fault}")


def _faults(dashboard: Dashboard, contracts: Mapping[str, Contract]) -> Iterator[str]:
    for mart in dashboard.marts:
        if mart not in contracts:
            yield f"there is no mart {mart}. {_nearest(mart, list(contracts))}"
        elif mart not in dashboard.dates.columns:
            yield f"the date filter names no column of mart {mart}. Add it to `dates`."
        else:
            dates = dashboard.dates.columns[mart]
            yield from _column_faults("the date filter", mart, contracts[mart], dates, ("date",))
            for choice in dashboard.choices:
                yield from _column_faults(f"filter {choice.title}", mart, contracts[mart], choice.column)
    yield from _twice(dashboard)
    for figure in dashboard.key_figures:
        where = f"key figure {figure.measure.name}"
        for amount in figure.measure.amounts:
            types = _NUMBERS if amount.fold is Fold.SUM else ()
            yield from _column_faults(where, figure.mart, contracts[figure.mart], amount.column, types)
    for chart in dashboard.charts:
        yield from _chart_faults(chart, contracts[chart.mart])


def _chart_faults(chart: Chart, contract: Contract) -> Iterator[str]:
    where = f"chart {chart.name}"
    types: tuple[str, ...]
    for dimension in chart.dimensions:
        types = ("date",) if dimension.by_month or chart.kind is ChartKind.TIMELINE else ()
        yield from _column_faults(where, chart.mart, contract, dimension.column, types)
        yield from _column_faults(where, chart.mart, contract, dimension.shown)
    for measure in chart.measures:
        for amount in measure.amounts:
            types = _NUMBERS if amount.fold is Fold.SUM else ()
            yield from _column_faults(where, chart.mart, contract, amount.column, types)
    for column in chart.calendar.columns if chart.calendar else ():
        yield from _column_faults(where, chart.mart, contract, column)
    low, high = _DIMENSIONS[chart.kind]
    if not low <= len(chart.dimensions) <= high:
        yield f"{where} has {len(chart.dimensions)} dimensions, but {chart.kind.value} takes {low} to {high}."
    if not chart.measures:
        yield f"{where} has no measure. Give it one."
    names = [dimension.column for dimension in chart.dimensions] + [measure.name for measure in chart.measures]
    if chart.sort and chart.sort.by not in names:
        yield f"{where} is sorted by {chart.sort.by}, which it does not show. {_nearest(chart.sort.by, names)}"
    if len(set(names)) < len(names):
        yield f"{where} gives two of its columns one name. It has {', '.join(names)}."


def _column_faults(where: str, mart: str, contract: Contract, column: str, types: Sequence[str] = ()) -> Iterator[str]:
    if column not in contract:
        yield f"{where}: mart {mart} has no column {column}. {_nearest(column, list(contract))}"
    elif types and not contract[column].startswith(tuple(types)):
        yield (
            f"{where}: column {column} of mart {mart} is {contract[column]}, but {' or '.join(types)} is needed there."
        )


def _twice(dashboard: Dashboard) -> Iterator[str]:
    names = [chart.name for chart in dashboard.charts]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield f"two charts are called {name}. Rename one."


def _nearest(name: str, known: Sequence[str]) -> str:
    # Parts of a name count as near too: `date` for `rental_date`.
    near = difflib.get_close_matches(name, known, n=3)
    near += [each for each in known if each not in near and (name in each or each in name)]
    return f"Nearest: {', '.join(near[:3])}." if near else f"There are {', '.join(sorted(known))}."
