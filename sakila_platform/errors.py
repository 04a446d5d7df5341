"""Errors meant for the person at the keyboard: one line that says what, where and what to do next."""


class PlatformError(Exception):
    """Something outside the code is wrong (data, settings, a server). The command line exits with 1."""

    exit_code = 1


class UsageError(PlatformError):
    """The platform was asked for something it does not offer. The command line exits with 2."""

    exit_code = 2
