"""A function's secrets, from Secrets Manager."""

from __future__ import annotations

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from sakila_platform.errors import PlatformError


def secret_text(name: str) -> str:
    """The text of the secret of that name. Raises PlatformError when it can't be read."""
    try:
        return str(boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])
    except (BotoCoreError, ClientError) as error:
        raise PlatformError(f"Secret {name} can't be read: {error}. See the function's role.") from None
