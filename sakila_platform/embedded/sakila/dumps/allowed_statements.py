"""What a dump may have run on a server: the kinds of statement that make a Sakila, in its own database. No others."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from sakila_platform.embedded.sakila.dumps.lexemes import FLAGS, QUOTED_NAME, STRING, unquoted
from sakila_platform.embedded.sakila.dumps.statements import DumpStatement
from sakila_platform.errors import PlatformError


class StatementKind(Enum):
    """What a statement of a dump does, as far as loading it differs."""

    LEFT_OUT = "what the platform does itself, or has no use for"
    SETTING = "a setting of the session"
    ROWS = "rows"
    TRIGGER = "a trigger"
    DEFINITION = "tables, views, routines, and a transaction's ends"


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str

    @property
    def word(self) -> str:
        """In upper case, for a word that is no quoted name; else nothing."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def name(self) -> str:
        """The identifier that this may be; nothing for strings and marks."""
        return unquoted(self.text) if self.kind in ("word", "name") else ""

    @property
    def shape(self) -> str:
        """For the patterns below: a word itself, `n` for a quoted name, `s` for a string."""
        return {"name": "n", "string": "s"}.get(self.kind) or self.text.upper()


_TOKEN = re.compile(
    rf"(?P<string>{STRING})|(?P<name>{QUOTED_NAME})|(?P<number>\d+\.\d+(?![\w$]))|(?P<word>[\w$]+)|(?P<mark>\S)", FLAGS
)
_NAME = r"(?:[\w$]+ \. )?[\w$]+"
_DEFINED = r"CREATE (?:OR REPLACE )?(?:ALGORITHM = \w+ )?(?:DEFINER = \S+ (?:\( \) |@ \S+ )?)?"
_PATTERNS = tuple(
    (kind, re.compile(pattern + r"(?: |$)"))
    for kind, pattern in (
        (StatementKind.LEFT_OUT, r"USE|(?:CREATE|DROP|ALTER) (?:DATABASE|SCHEMA)|(?:UN)?LOCK TABLES?|SELECT"),
        (StatementKind.SETTING, r"SET"),
        (StatementKind.ROWS, r"(?:INSERT|REPLACE)"),
        (StatementKind.TRIGGER, rf"{_DEFINED}TRIGGER|DROP TRIGGER"),
        (StatementKind.DEFINITION, rf"CREATE TABLE (?:IF NOT EXISTS )?{_NAME} \("),
        (StatementKind.DEFINITION, rf"{_DEFINED}(?:SQL SECURITY \w+ )?(?:VIEW|PROCEDURE|FUNCTION)"),
        (StatementKind.DEFINITION, r"CREATE (?:UNIQUE |FULLTEXT |SPATIAL )?INDEX|TRUNCATE"),
        (StatementKind.DEFINITION, r"DROP (?:TABLE|VIEW|PROCEDURE|FUNCTION|INDEX)"),
        (
            StatementKind.DEFINITION,
            rf"ALTER TABLE {_NAME} (?:ADD|MODIFY|CHANGE|DISABLE KEYS|ENABLE KEYS|AUTO_INCREMENT)",
        ),
        (StatementKind.DEFINITION, r"START TRANSACTION|BEGIN|COMMIT"),
    )
)
# After one of these a table's name stands; after the first ones a list of them, also in brackets.
_LISTS_TABLES = re.compile(
    "FROM|JOIN|STRAIGHT_JOIN|USING|UPDATE|TABLES?|VIEW|TRIGGER|PROCEDURE|FUNCTION|EXISTS|HANDLER"
)
_NAMES_ONE_TABLE = re.compile(
    "INTO|REFERENCES|DELETE|INSERT|REPLACE|IGNORE|LOW_PRIORITY|HIGH_PRIORITY|QUICK|DELAYED|CALL|TRUNCATE|TO"
)
_ENDS_TABLES = re.compile("SELECT|WHERE|GROUP|ORDER|HAVING|LIMIT|SET|VALUES?|UNION|BEGIN|THEN|DO|RETURN|;")
_HARMFUL_WORDS = re.compile(
    "ALTER|ANALYZE|BINLOG|CLONE|CONNECTION|DEALLOCATE|DIRECTORY|DUMPFILE|EVENT|EXECUTE|FLUSH|GLOBAL|GRANT|IMPORT"
    "|INFILE|INSTALL|KILL|LOAD|OUTFILE|PERSIST|PERSIST_ONLY|PREPARE|PURGE|RENAME|RESTART|REVOKE|SHUTDOWN|SONAME"
    "|TABLESPACE|UNINSTALL|XA"
)
_HARMFUL_FUNCTIONS = re.compile(
    r"LOAD_FILE|SLEEP|BENCHMARK|GET_LOCK|IS_\w+_LOCK|RELEASE_\w*LOCKS?|SYS_\w+|\w+_WAIT|XA_\w+", FLAGS
)


def kind_of(statement: DumpStatement, databases: Collection[str]) -> StatementKind:
    """What a statement does. Raises PlatformError, at file and line, for one that no Sakila needs.

    `databases` are the names that the dump's own database has, in lower case.
    """
    if statement.insert:
        database = statement.insert["database"]
        if database and unquoted(database).lower() not in databases:
            raise _refused(statement, f"it fills a table of the database {unquoted(database)}")
        return StatementKind.ROWS
    tokens = _tokens(statement.plain)
    shape = " ".join(token.shape for token in tokens)
    kind = next((kind for kind, pattern in _PATTERNS if pattern.match(shape)), None)
    if kind is StatementKind.ROWS:
        raise _refused(statement, "only INSERT INTO … VALUES puts rows in")
    if kind is None:
        raise _refused(statement, "no Sakila needs a statement of its kind")
    if kind is StatementKind.LEFT_OUT:
        _require_harmless_to_leave_out(statement, tokens, databases)
    elif kind is not StatementKind.SETTING:
        _require_own(statement, tokens, databases)
    return kind


def _tokens(text: str) -> list[_Token]:
    return [_Token(str(found.lastgroup), found[0]) for found in _TOKEN.finditer(text)]


def _require_harmless_to_leave_out(
    statement: DumpStatement, tokens: Sequence[_Token], databases: Collection[str]
) -> None:
    """What is left out would be missed when it was meant for more than this dump's database, or a file."""
    named = statement.named_database
    if named and named.lower() not in databases:
        raise _refused(statement, f"it is about the database {named}")
    if tokens[0].word == "SELECT" and any(token.word == "INTO" for token in tokens):
        raise _refused(statement, "a SELECT that writes is no part of it")


def _require_own(statement: DumpStatement, tokens: Sequence[_Token], databases: Collection[str]) -> None:
    is_table = any(token.word == "TABLE" for token in tokens[1:2])
    for place, token in enumerate(tokens):
        following = tokens[place + 1].text if place + 1 < len(tokens) else ""
        if following == "(" and _HARMFUL_FUNCTIONS.fullmatch(token.name):
            raise _refused(statement, f"it calls {token.name.upper()}")
        if place and (_HARMFUL_WORDS.fullmatch(token.word) or (is_table and token.word == "SELECT")):
            raise _refused(statement, f"it holds {token.word}")
        if place and token.word in ("CREATE", "DROP") and not _is_about_a_table(tokens[place + 1 : place + 3]):
            raise _refused(statement, f"it holds {token.word} {following.upper()}")
        if token.word == "SET" and following.upper() == "PASSWORD":
            raise _refused(statement, "it holds SET PASSWORD")
        if is_table and token.word == "ENGINE" and not _is_usual_engine(tokens[place + 1 : place + 3]):
            raise _refused(statement, "its storage engine is none of Sakila's")
    for database in _named_databases(tokens):
        if database.lower() not in databases:
            raise _refused(statement, f"it names the database {database}")


def _is_about_a_table(following: Sequence[_Token]) -> bool:
    """Within a routine: CREATE TEMPORARY TABLE and DROP [TEMPORARY] TABLE; in ALTER TABLE a column may be dropped."""
    return [token.word for token in following if token.word != "TEMPORARY"][:1] == ["TABLE"]


def _is_usual_engine(following: Sequence[_Token]) -> bool:
    return any(token.name.lower() in ("innodb", "myisam", "aria") for token in following)


def _named_databases(tokens: Sequence[_Token]) -> Iterator[str]:
    """What stands before a dot where a table's name is wanted, or before a function of another database."""
    if not any(token.text == "." for token in tokens):
        return
    scopes = [_Scope()]
    is_index = any(token.word == "INDEX" for token in tokens[1:3])
    edge = _Token("mark", ";")
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else edge
        is_wanted = scopes[-1].wants_table(before)
        if before.word == "ON":
            is_wanted = is_index or (place > 1 and tokens[place - 2].word in ("INSERT", "UPDATE", "DELETE"))
        if token.text == "(":
            scopes.append(_Scope(lists_tables=is_wanted and not _NAMES_ONE_TABLE.fullmatch(before.word)))
        elif token.text == ")":
            scopes = scopes[:-1] or [_Scope()]
        else:
            scopes[-1].meet(token.word or token.text, is_outermost=len(scopes) == 1)
        dot, _, bracket = (*tokens[place + 1 : place + 4], edge, edge, edge)[:3]
        if token.name and dot.text == "." and before.text != "." and (is_wanted or bracket.text == "("):
            yield token.name


@dataclass
class _Scope:
    """What was met between two brackets: whether a comma is followed by a table."""

    lists_tables: bool = False
    has_select: bool = False

    def wants_table(self, before: _Token) -> bool:
        """Whether a table's name may stand after this token."""
        if before.text in (",", "(") or before.word == "FROM":
            return self.lists_tables
        return bool(_LISTS_TABLES.fullmatch(before.word) or _NAMES_ONE_TABLE.fullmatch(before.word))

    def meet(self, word: str, *, is_outermost: bool) -> None:
        """Take a word in. FROM begins a list of tables, but not in EXTRACT(YEAR FROM …)."""
        self.has_select |= word in ("SELECT", "DELETE")
        if _ENDS_TABLES.fullmatch(word):
            self.lists_tables = False
        elif _LISTS_TABLES.fullmatch(word) and (word != "FROM" or self.has_select or is_outermost):
            self.lists_tables = True


def _refused(statement: DumpStatement, reason: str) -> PlatformError:
    begin = " ".join(statement.plain.split())[:60]
    return statement.file.fault(
        statement.line, f"`{begin}` is not run: {reason}. Take the official Sakila dump, or remove this statement."
    )
