"""What QuickSight is sent, kept as files so that a change is seen in review.

`python -m sakila_platform_tests.quicksight_snapshots` writes them anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sakila_platform.dashboards.mart_contracts import read_mart_contracts
from sakila_platform.dashboards.quicksight import requests
from sakila_platform.dashboards.quicksight.requests import Target
from sakila_platform.domains import all_dashboards
from sakila_platform.orchestration.layers.marts import MARTS_PROJECT

FOLDER = Path(__file__).with_name("snapshots") / "quicksight"
TARGET = Target("123456789012", "us-east-1", "analysts")


def sent() -> dict[str, tuple[str, dict[str, Any]]]:
    """Every request that publishing makes, by name: the operation, and its arguments."""
    contracts = read_mart_contracts(MARTS_PROJECT)
    found = {"data_source": ("CreateDataSource", requests.data_source_request(TARGET))}
    for dashboard in all_dashboards():
        for mart in dashboard.marts:
            made = requests.data_set_request(TARGET, mart, contracts[mart], dashboard.dates.columns[mart])
            found[f"data_set_{mart}"] = ("CreateDataSet", made)
            found[f"refresh_{mart}"] = ("CreateRefreshSchedule", requests.refresh_schedule_request(TARGET, mart))
        made = requests.dashboard_request(TARGET, dashboard, contracts)
        found[f"dashboard_{dashboard.name}"] = ("CreateDashboard", made)
        found[f"analysis_{dashboard.name}"] = (
            "CreateAnalysis",
            requests.analysis_request(TARGET, dashboard, contracts),
        )
    return found


def text(request: dict[str, Any]) -> str:
    """A request as its file has it."""
    return json.dumps(request, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for name, (_, request) in sent().items():
        # An analysis has the definition of its dashboard.
        if not name.startswith("analysis_"):
            (FOLDER / f"{name}.json").write_text(text(request), encoding="utf-8")
