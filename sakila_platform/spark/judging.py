"""Holding rows against their table's contract (design rules 7 and 9), on Spark: each row with its reasons."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as f

from sakila_platform.model.contracts import Table, reference_rules, row_rules, unique_rule
from sakila_platform.model.naming import DAY_PARTITION
from sakila_platform.model.rule_sql import broken
from sakila_platform.model.rules import Members
from sakila_platform.spark.source.columns import REASON


def judged(rows: DataFrame, table: Table, members: Mapping[str, Members[DataFrame]] | None = None) -> DataFrame:
    """The rows with `reason`: the names of the rules that a row breaks, joined by "; ", empty for a row that is kept.

    `members` gives, by dimension, its rows per `dt`; a key that is not among them is an orphan. Rows come out parted by
    `dt` and sorted by it and their key, so that whoever takes them finds each day in one piece.
    """
    reasons = [f.when(f.expr(broken(rule, "spark")), f.lit(rule.name)) for rule in row_rules(table)]
    for rule in reference_rules(table):
        column, dimension = rule.column, rule.dimension
        if members and dimension in members:
            found = f"found_{column}"
            keys = f.col(members[dimension].key).alias(column)
            known = members[dimension].rows.select(f.col(DAY_PARTITION), keys, f.lit(True).alias(found))
            rows = rows.join(known, [DAY_PARTITION, column], "left")
            is_orphan = f.col(column).isNotNull() & f.col(found).isNull()
            reasons.append(f.when(is_orphan, f.lit(rule.name)))
    key = [DAY_PARTITION, *table.primary_key]
    same_key = Window.partitionBy(*key).orderBy(*(f.col(name).asc_nulls_last() for name in table.column_names))
    reasons.append(f.when(f.row_number().over(same_key) > 1, f.lit(unique_rule(table).name)))
    # Parted by day before keys are compared: the window and the sort then need no other order.
    return rows.repartition(DAY_PARTITION).withColumn(REASON, f.concat_ws("; ", *reasons)).sortWithinPartitions(*key)
