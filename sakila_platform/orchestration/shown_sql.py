"""The SQL that makes an asset, as Dagster's page of it shows it, with a link to its file."""

from __future__ import annotations

from typing import Any

import dagster as dg

from sakila_platform.model.queries import SQL_FOLDER, Query
from sakila_platform.settings.runs import REPOSITORY_URL


def shown_sql(query: Query | None) -> dict[str, Any]:
    """Metadata of an asset's spec: the SELECT as it stands in its file, and where the file is. Nothing without one.

    A SELECT that is made from contracts has no file.
    """
    if query is None:
        return {}
    return sql_metadata(query.sql, query.where if query.where.startswith("sql/") else "")


def sql_metadata(sql: str, where: str) -> dict[str, Any]:
    """The same of SQL whose file is at `where`, as messages call it ("": none)."""
    shown: dict[str, Any] = {"sql": dg.MetadataValue.md(f"```sql\n{sql.strip()}\n```")}
    if where:
        shown["dagster/code_references"] = dg.CodeReferencesMetadataValue(code_references=[_file(where)])
    return shown


def _file(where: str) -> dg.UrlCodeReference | dg.LocalFileCodeReference:
    if repository := REPOSITORY_URL.read():
        return dg.UrlCodeReference(url=f"{repository.rstrip('/')}/{where}", label=where)
    return dg.LocalFileCodeReference(file_path=str(SQL_FOLDER.parent / where), label=where)
