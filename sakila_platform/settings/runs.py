"""How runs work through days, and who is notified of what fails."""

from __future__ import annotations

from sakila_platform.settings.setting import Setting
from sakila_platform.settings.values import plain_text, share, whole_number

ALLOWED_BAD_SHARE = Setting(
    "SAKILA_ALLOWED_BAD_SHARE", "0.01", "share of a table's day that may go to quarantine", share
)
DAYS_PER_CHUNK = Setting(
    "SAKILA_DAYS_PER_CHUNK", "400", "days worked through at a time within a run", whole_number(1, 10_000)
)
MAX_DAYS_PER_RUN = Setting("SAKILA_MAX_DAYS_PER_RUN", "400", "most days that one run takes", whole_number(1, 100_000))
SLACK_WEBHOOK_URL = Setting(
    "SAKILA_SLACK_WEBHOOK_URL",
    "",
    "Slack webhook that run failures are posted to (empty: the log only)",
    plain_text,
    is_secret=True,
)
DAGSTER_URL = Setting("SAKILA_DAGSTER_URL", "http://localhost:3000", "the address of Dagster's web UI", plain_text)
REPOSITORY_URL = Setting(
    "SAKILA_REPOSITORY_URL",
    "",
    "where the project's files can be read, such as https://github.com/TEAM/PROJECT/blob/main: Dagster's web UI links "
    "there (empty: to this machine's files)",
    plain_text,
)
SNS_TOPIC_ARN = Setting("SAKILA_SNS_TOPIC_ARN", "", "SNS topic that run failures are published to", plain_text)
