"""Why a MySQL server lets nobody in, in one line for people: what it said, and what helps."""

from __future__ import annotations

import ssl

from pymysql.constants import CR, ER

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.tls import Mode
from sakila_platform.errors import PlatformError

# require_secure_transport; no name in the driver.
_TLS_ONLY = 3159
# The server has no connection left, or the account has had its share.
_FULL = (ER.CON_COUNT_ERROR, ER.TOO_MANY_USER_CONNECTIONS, ER.USER_LIMIT_REACHED)
_ADDRESS = "the address (SAKILA_MYSQL_URL or SAKILA_WAREHOUSE_URL)"


def no_connection(address: Address, error: Exception) -> PlatformError:
    """The error that says why there is no connection to an address, from what the driver raised."""
    code = error.args[0] if error.args else 0
    if code == ER.BAD_DB_ERROR:
        return PlatformError(
            f"There is no database {address.database} on {address.host}:{address.port}. "
            "Put Sakila there with `sakila-platform load`, then run its days."
        )
    cause = getattr(error, "original_exception", None)
    reason = str(error.args[1] if len(error.args) > 1 else error).rstrip(".")
    if isinstance(cause, ssl.SSLCertVerificationError):
        reason = f"its certificate can't be verified ({cause.verify_message})"
    elif isinstance(cause, ssl.SSLError):
        reason = f"TLS fails ({cause.reason or cause})"
    elif isinstance(cause, OSError):
        reason = str(cause.strerror or cause)
    return PlatformError(f"No MySQL answers at {address}: {reason}. {_remedy(address, code, cause)}")


def _remedy(address: Address, code: object, cause: object) -> str:
    mode = address.tls.mode(address.host)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return (
            "Name the CA that signed it, as ?ssl-ca=/path/ca.pem at the end of the address (for RDS: AWS's "
            "global-bundle.pem), and the host as the certificate has it; ?ssl-mode=required accepts any server."
        )
    if code == CR.CR_SSL_CONNECTION_ERROR:
        return (
            "Turn TLS on at the server; in a network where nobody listens, ?ssl-mode=disabled at the end of the "
            "address does without."
        )
    if isinstance(cause, ssl.SSLError):
        return f"Give the certificates that the server asks for (?ssl-ca=, &ssl-cert=, &ssl-key=) in {_ADDRESS}."
    if code == _TLS_ONLY:
        return f"The server wants TLS: take ssl-mode={mode.value} out of {_ADDRESS}."
    if code == ER.ACCESS_DENIED_ERROR:
        also = ", or, where it wants TLS, take ssl-mode=disabled out of it" if mode is Mode.DISABLED else ""
        return f"Correct user and password in {_ADDRESS}, or grant the account access from this machine{also}."
    if code == ER.DBACCESS_DENIED_ERROR:
        return f"Grant the account its rights there: GRANT ALL ON `{address.database}`.* TO its name."
    if code in _FULL:
        return (
            "Wait until others there have ended, or have the server allow more (max_connections, max_user_connections)."
        )
    if code in (CR.CR_AUTH_PLUGIN_CANNOT_LOAD, CR.CR_AUTH_PLUGIN_ERR):
        return "Have the account log in by caching_sha2_password, mysql_native_password or ed25519 (ALTER USER)."
    return "Start the private one with `sakila-platform up`, or correct SAKILA_MYSQL_URL."
