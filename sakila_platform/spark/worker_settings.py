"""Settings of the driver's process as workers need them, whose environment is their own."""

from __future__ import annotations

from collections.abc import Mapping

from sakila_platform.settings.every import all_settings


def settings_for_workers() -> Mapping[str, str]:
    """Every setting in force that is no secret, by the name of its variable."""
    return {setting.name: setting.text() for setting in all_settings() if not setting.is_secret}
