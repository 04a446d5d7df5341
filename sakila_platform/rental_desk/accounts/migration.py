"""The desk's own tables in `sakila`: made where they are missing, as often as one likes.

`usuarios` has one row per person that the desk knows: every customer, and staff who may sign in. Whoever loads Sakila
anew drops them with the rest. The platform does not capture them: hashes and documents stay in the shop.
"""

from __future__ import annotations

from contextlib import closing

import pymysql
from pymysql.cursors import Cursor

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.errors import PlatformError
from sakila_platform.rental_desk.server_errors import remedy_of

# Documents and token hashes are ASCII and compared byte by byte: no collation may take one for another.
_TABLES = (
    """
    CREATE TABLE IF NOT EXISTS usuarios (
      usuario_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      document VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      names VARCHAR(45) NOT NULL,
      surnames VARCHAR(45) NOT NULL,
      birth_date DATE NULL,
      password_hash VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL,
      customer_id SMALLINT UNSIGNED NULL,
      staff_id TINYINT UNSIGNED NULL,
      created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
      UNIQUE KEY document (document),
      UNIQUE KEY customer_id (customer_id),
      UNIQUE KEY staff_id (staff_id),
      CONSTRAINT fk_usuarios_customer FOREIGN KEY (customer_id) REFERENCES customer (customer_id)
        ON DELETE CASCADE ON UPDATE CASCADE,
      CONSTRAINT fk_usuarios_staff FOREIGN KEY (staff_id) REFERENCES staff (staff_id)
        ON DELETE CASCADE ON UPDATE CASCADE
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
    """,
    """
    CREATE TABLE IF NOT EXISTS desk_session (
      token_hash BINARY(32) NOT NULL PRIMARY KEY,
      usuario_id INT UNSIGNED NOT NULL,
      expires_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
      KEY expires_at (expires_at),
      KEY usuario_id (usuario_id),
      CONSTRAINT fk_desk_session_usuario FOREIGN KEY (usuario_id) REFERENCES usuarios (usuario_id)
        ON DELETE CASCADE ON UPDATE CASCADE
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
    """,
    """
    CREATE TABLE IF NOT EXISTS desk_attempt (
      attempt_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      subject_hash BINARY(32) NOT NULL,
      attempted_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
      KEY subject (subject_hash, attempted_at),
      KEY attempted_at (attempted_at)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
    """,
    """
    CREATE TABLE IF NOT EXISTS desk_repeat (
      key_hash BINARY(32) NOT NULL PRIMARY KEY,
      content_hash BINARY(32) NOT NULL,
      answer MEDIUMTEXT NULL,
      created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
      KEY created_at (created_at)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
    """,
)
TABLES = ("usuarios", "desk_session", "desk_attempt", "desk_repeat")

_ANY_WITHOUT_DOCUMENT = """
SELECT 1 FROM customer LEFT JOIN usuarios ON usuarios.customer_id = customer.customer_id
WHERE usuarios.customer_id IS NULL LIMIT 1
"""

_CUSTOMERS_WITHOUT_DOCUMENT = """
INSERT IGNORE INTO usuarios (document, names, surnames, customer_id)
SELECT customer.customer_id, customer.first_name, customer.last_name, customer.customer_id
FROM customer
LEFT JOIN usuarios ON usuarios.customer_id = customer.customer_id
WHERE usuarios.customer_id IS NULL
"""


def ensure_tables(address: Address) -> None:
    """Make what is missing, and give every customer of Sakila that has none the customer's number as document.

    Raises PlatformError where the server lets nothing be written: the desk could sign in nobody.
    """
    with closing(connect(address)) as connection, connection.cursor() as cursor:
        try:
            _make_tables(cursor)
            adopt_customers(cursor)
            connection.commit()
        except pymysql.err.MySQLError as error:
            number = error.args[0] if error.args else 0
            raise PlatformError(
                f"The rental desk can't write to the shop's database at {address} (error {number}). {remedy_of(number)}"
            ) from error


def _make_tables(cursor: Cursor) -> None:
    cursor.execute(
        "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN %s",
        [TABLES],
    )
    if cursor.fetchone() != (len(TABLES),):
        for statement in _TABLES:
            cursor.execute(statement)
    # Sessions that are over: on a server that only reads, this is what says so.
    cursor.execute("DELETE FROM desk_session WHERE expires_at < CURRENT_TIMESTAMP LIMIT 1000")


def adopt_customers(cursor: Cursor) -> None:
    """Customers that came into Sakila by another way than the desk get their number as document, and no password."""
    cursor.execute(_ANY_WITHOUT_DOCUMENT)
    if cursor.fetchone():
        cursor.execute(_CUSTOMERS_WITHOUT_DOCUMENT)
