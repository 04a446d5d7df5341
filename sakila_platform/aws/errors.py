"""What went wrong with a call of AWS, for the person at the keyboard: what, where, why, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from botocore import exceptions as failures
from botocore.exceptions import BotoCoreError, ClientError

from sakila_platform.errors import PlatformError

_NO_CREDENTIALS = (
    failures.NoCredentialsError,
    failures.PartialCredentialsError,
    failures.CredentialRetrievalError,
    failures.MetadataRetrievalError,
)
_SIGNED_OUT = (failures.SSOError, failures.TokenRetrievalError, failures.UnauthorizedSSOTokenError)
_UNREACHABLE = (failures.EndpointConnectionError, failures.ConnectTimeoutError, failures.ProxyConnectionError)
_INTERRUPTED = (
    failures.HTTPClientError,
    failures.ResponseStreamingError,
    failures.IncompleteReadError,
    failures.FlexibleChecksumError,
)

_SIGN_IN = "Sign in, or set AWS_PROFILE (or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), then try again"
_LATER = "Nothing was changed by halves. Try again in a while"
_REASONS = {
    "NoSuchBucket": ("there is no such bucket", "Create it, or correct SAKILA_LAKE"),
    "AccessDenied": ("access is denied", "Grant the role {permission} on it, then try again"),
    "AllAccessDisabled": ("access is denied", "Ask the bucket's owner"),
    "InvalidAccessKeyId": ("the access key is not known there", _SIGN_IN),
    "SignatureDoesNotMatch": ("the secret access key is not the access key's", _SIGN_IN),
    "ExpiredToken": ("the credentials have expired", _SIGN_IN),
    "InvalidToken": ("the session token is not valid", _SIGN_IN),
    "RequestTimeTooSkewed": ("this machine's clock is wrong", "Set it, then try again"),
    "NoSuchKey": ("there is no such file", "Run its day again"),
    "SlowDown": ("it asks to slow down, however often it is asked again", _LATER),
    "InternalError": ("it has an error of its own, however often it is asked again", _LATER),
}
_SAME_AS = {
    "403": "AccessDenied",
    "AccountProblem": "AllAccessDisabled",
    "ExpiredTokenException": "ExpiredToken",
    "TokenRefreshRequired": "ExpiredToken",
    "RequestExpired": "ExpiredToken",
    "503": "SlowDown",
    "ServiceUnavailable": "SlowDown",
    "Throttling": "SlowDown",
    "ThrottlingException": "SlowDown",
    "RequestLimitExceeded": "SlowDown",
    "500": "InternalError",
    "502": "InternalError",
    "504": "InternalError",
}


@dataclass(frozen=True)
class Attempt:
    """What is asked: `stage/…/part-0.parquet can't be written to the lake at …`, its permission, and who said where."""

    message: str
    permission: str
    setting: str
    remedy: str = "Fix that, then try again"
    """What to do about a refusal that no other advice is known for."""


@contextmanager
def explained(attempt: Attempt) -> Iterator[None]:
    """Around calls of AWS: every failure of theirs as a PlatformError of one line. Anything else passes unchanged."""
    try:
        yield
    except ClientError as error:
        raise _refused(attempt, error) from None
    except BotoCoreError as error:
        raise _unanswered(attempt, error) from None


def _refused(attempt: Attempt, error: ClientError) -> PlatformError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    message = " ".join(str(error.response.get("Error", {}).get("Message", "")).split()).rstrip(".")
    unknown = (f"{message or 'refused'} ({code})", attempt.remedy)
    reason, remedy = _REASONS.get(_SAME_AS.get(code, code), unknown)
    return _error(attempt, reason, remedy)


def _unanswered(attempt: Attempt, error: BotoCoreError) -> PlatformError:
    reason = " ".join(str(error).split()).rstrip(".")
    if isinstance(error, _NO_CREDENTIALS):
        return _error(attempt, "no AWS credentials were found", _SIGN_IN)
    if isinstance(error, _SIGNED_OUT):
        return _error(attempt, f"the credentials have expired ({reason})", _SIGN_IN)
    if isinstance(error, _UNREACHABLE):
        return _error(attempt, reason, "Correct {setting} or the network, then try again")
    if isinstance(error, _INTERRUPTED):
        return _error(attempt, f"the connection failed again and again ({reason})", _LATER)
    return _error(attempt, reason, "Correct the AWS configuration, then try again")


def _error(attempt: Attempt, reason: str, remedy: str) -> PlatformError:
    # Not by format(): what a person typed may have braces.
    remedy = remedy.replace("{permission}", attempt.permission).replace("{setting}", attempt.setting)
    return PlatformError(f"{attempt.message}: {reason}. {remedy}.")
