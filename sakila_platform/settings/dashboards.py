"""Dashboards as pages and in QuickSight."""

from __future__ import annotations

from sakila_platform.settings.setting import Setting
from sakila_platform.settings.values import matching, plain_text, whole_number

DASHBOARD_ROWS = Setting(
    "SAKILA_DASHBOARD_ROWS",
    "250000",
    "most rows of a table that a dashboard's page carries: older days are summed by month and year, or left out",
    whole_number(1, 10_000_000),
)
QUICKSIGHT_ACCOUNT = Setting(
    "SAKILA_QUICKSIGHT_ACCOUNT",
    "",
    "AWS account where dashboards are published (empty: none are)",
    matching(r"([0-9]{12})?", "give the twelve digits of an account"),
)
QUICKSIGHT_REGION = Setting(
    "SAKILA_QUICKSIGHT_REGION",
    "us-east-1",
    "AWS region of QuickSight, Athena and the marts",
    matching(r"[a-z]{2}(-[a-z]+)+-[0-9]", "give a region, such as us-east-1"),
)
QUICKSIGHT_GROUP = Setting("SAKILA_QUICKSIGHT_GROUP", "", "QuickSight group that may see the dashboards", plain_text)
QUICKSIGHT_NAMESPACE = Setting(
    "SAKILA_QUICKSIGHT_NAMESPACE", "default", "QuickSight namespace of that group", plain_text
)
QUICKSIGHT_WORKGROUP = Setting(
    "SAKILA_QUICKSIGHT_WORKGROUP", "primary", "Athena workgroup that QuickSight asks", plain_text
)
QUICKSIGHT_DATABASE = Setting("SAKILA_QUICKSIGHT_DATABASE", "marts", "Glue database that holds the marts", plain_text)
QUICKSIGHT_REFRESH = Setting(
    "SAKILA_QUICKSIGHT_REFRESH",
    "04:00",
    "when QuickSight reads the marts each day, in the shop's time zone: after the daily chain",
    matching(r"([01][0-9]|2[0-3]):[0-5][0-9]", "give a time of the day, such as 04:00"),
)
