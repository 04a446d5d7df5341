"""Checks on what a run has loaded, before it becomes visible: the contract of each table, and final = warehouse.

They look at the run's own transaction; what they find undoes it.
"""

from __future__ import annotations

from datetime import date

from sakila_platform.contracts import Kind, Rule, Table, row_rules
from sakila_platform.days import day_key
from sakila_platform.engine.outcomes import LoadRefused
from sakila_platform.engine.warehouse_session import WarehouseSession

CONTRACT = "contract"
AGREEMENT = "matches_final"


def require_contract(session: WarehouseSession, table: Table) -> None:
    """Raise LoadRefused, naming each broken rule, when the run's days of a table break its contract."""
    found = _facts_broken(session, table) if table.kind is Kind.FACT else _members_broken(session, table)
    if found:
        raise LoadRefused(table.name, CONTRACT, found)


def require_agreement(session: WarehouseSession, lake_table: Table, fact: Table) -> None:
    """Raise LoadRefused when a day of the run has other rows, ids or money in the warehouse than in the lake."""
    found = {day: "; ".join(odd) for day, odd in _compare_days(session, lake_table, fact).items() if odd}
    if found:
        raise LoadRefused(fact.name, AGREEMENT, found)


def _facts_broken(session: WarehouseSession, fact: Table) -> dict[date, str]:
    day = fact.day_columns[0]
    within = f"WHERE `{day}` BETWEEN %s AND %s GROUP BY `{day}`"
    found: dict[int, list[str]] = {}
    rules = _value_rules(fact)
    counts = ", ".join(f"SUM(NOT COALESCE({rule.holds}, TRUE))" for rule in rules)
    for key, *broken in session.fetch(f"SELECT `{day}`, {counts} FROM `{fact.name.table}` {within}", _days(session)):
        found[key] = [f"{rule.name} ({n})" for rule, n in zip(rules, broken, strict=True) if n]
    for column, dimension in fact.references.items():
        orphans = session.fetch(
            f"SELECT `{day}`, COUNT(*) FROM `{fact.name.table}` "
            f"LEFT JOIN `{dimension}` ON `{fact.name.table}`.`{column}` = `{dimension}`.`{column}` "
            f"WHERE `{dimension}`.`{column}` IS NULL AND `{day}` BETWEEN %s AND %s GROUP BY `{day}`",
            _days(session),
        )
        for key, n in orphans:
            found.setdefault(key, []).append(f"{column} names a row of {dimension} ({n})")
    return {each: ", ".join(found[day_key(each)]) for each in session.days if found.get(day_key(each))}


def _members_broken(session: WarehouseSession, table: Table) -> dict[date, str]:
    broken = []
    for rule in _value_rules(table):
        ((count,),) = session.fetch(f"SELECT COUNT(*) FROM `{table.name.table}` WHERE NOT COALESCE({rule.holds}, TRUE)")
        broken += [f"{rule.name} ({count})"] if count else []
    if table.keeps_history:
        ((count,),) = session.fetch(_overlapping_sql(table))
        broken += [f"each member has one version a day ({count})"] if count else []
    return dict.fromkeys(session.days, ", ".join(broken)) if broken else {}


def _value_rules(table: Table) -> list[Rule]:
    """The contract's rules but not-null, which the table's definition enforces by itself."""
    return [rule for rule in row_rules(table) if not rule.holds.endswith("IS NOT NULL")]


def _overlapping_sql(table: Table) -> str:
    """Counts versions whose end is not where the member's next one begins, or at the end of time for the last."""
    entity, name = table.indexes[0][0], table.name.table
    return f"""
        SELECT COUNT(*) FROM (
            SELECT valid_to, is_current,
                COALESCE(LEAD(valid_from) OVER (PARTITION BY `{entity}` ORDER BY valid_from), '9999-12-31') AS next_from
            FROM `{name}`
        ) AS versions
        WHERE valid_to <> next_from OR is_current <> (next_from = '9999-12-31')
    """


def _days(session: WarehouseSession) -> list[int]:
    return [session.first_key, session.last_key]


def _compare_days(session: WarehouseSession, lake_table: Table, fact: Table) -> dict[date, tuple[str, ...]]:
    """What the warehouse and the lake disagree on per day of the run: row count, ids, or money. Empty when nothing."""
    summed = [c for c in (fact.primary_key[0], "amount") if c in lake_table.column_names]
    sums = ", ".join(f"SUM({column})" for column in summed)
    day = fact.day_columns[0]
    lake_rows = session.duck.execute(f"SELECT dt, COUNT(*), {sums} FROM {lake_table.name.sql} GROUP BY dt").fetchall()
    warehouse_rows = session.fetch(
        f"SELECT `{day}`, COUNT(*), {sums} FROM `{fact.name.table}` WHERE `{day}` BETWEEN %s AND %s GROUP BY `{day}`",
        [session.first_key, session.last_key],
    )
    in_lake = {day: facts for day, *facts in lake_rows}
    in_warehouse = {key: facts for key, *facts in warehouse_rows}
    nothing = [0, *[None] * len(summed)]
    names = ("rows", *(f"sum of {column}" for column in summed))
    found: dict[date, tuple[str, ...]] = {}
    for each in session.days:
        lake_side, warehouse_side = in_lake.get(each, nothing), in_warehouse.get(day_key(each), nothing)
        found[each] = tuple(
            f"{name}: lake {a}, warehouse {b}"
            for name, a, b in zip(names, lake_side, warehouse_side, strict=True)
            if a != b
        )
    return found
