"""What the numbers of a MySQL server's errors mean for a desk that can't write. Pure."""

from __future__ import annotations

from pymysql.constants import ER

from sakila_platform.settings.places import MYSQL_URL

# --read-only and its kin; a transaction that may only read; a server in read-only mode.
READ_ONLY = (ER.OPTION_PREVENTS_STATEMENT, 1792, 1836)
NO_RIGHT = (
    ER.DBACCESS_DENIED_ERROR,
    ER.TABLEACCESS_DENIED_ERROR,
    ER.COLUMNACCESS_DENIED_ERROR,
    ER.SPECIFIC_ACCESS_DENIED_ERROR,
)


def remedy_of(number: int) -> str:
    """What helps against an error met while writing, as a sentence."""
    if number in READ_ONLY:
        return f"The server is read-only, as a replica is: name the one that takes changes in {MYSQL_URL.name}."
    if number in NO_RIGHT:
        return (
            "Its account lacks a right there: "
            "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, REFERENCES, INDEX ON sakila.* TO the account."
        )
    return "Look the number up in the server's documentation, and mend what it names."
