"""A dashboard's page as a reader has it in a browser: filters to set, numbers to read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

_SHOWN = "document.documentElement.dataset.shown === document.getElementById('described').textContent"


@dataclass
class OpenPage:
    """A page that is open, with what it complained of and what it asked of the network."""

    page: Page
    faults: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def shown(self) -> None:
        """Wait until the page shows what is filtered."""
        self.page.wait_for_function(_SHOWN)

    def choose_days(self, first: str, last: str) -> None:
        """Fill in both days."""
        for name, day in (("first", first), ("last", last)):
            self.page.locator(f"#{name}").fill(day)
        self.page.locator("#last").dispatch_event("change")
        self.shown()

    def press(self, preset: str) -> None:
        """Take a period by its button: `All`, `30 days`."""
        self.page.locator(".presets").get_by_role("button", name=preset, exact=True).click()
        self.shown()

    def choose(self, column: str, members: Sequence[str]) -> None:
        """Tick exactly these members of a column."""
        self.page.evaluate(
            """([column, members]) => {
                for (const box of document.querySelectorAll(`input[name="${column}"]`)) {
                    box.checked = members.includes(box.value);
                }
                document.getElementById("filters").dispatchEvent(new Event("change"));
            }""",
            [column, list(members)],
        )
        self.shown()

    def table(self, chart: str) -> list[list[Any]]:
        """The rows of the table behind a chart, as values: numbers as numbers, nothing as None."""
        cells = self.page.evaluate(
            """(chart) => [...document.querySelectorAll(`#chart-${chart} tbody tr`)].map((row) =>
                [...row.children].map((cell) => [cell.dataset.value, cell.classList.contains("number")]))""",
            chart,
        )
        return [[_value(text, is_number) for text, is_number in row] for row in cells]

    def figure(self, name: str) -> tuple[float | None, float | None]:
        """A key figure's value, and the one of the period before."""
        card = self.page.locator(f"#figure-{name}")
        return tuple(
            _value(card.locator(part).get_attribute(f"data-{key}") or "", True)
            for part, key in ((".value", "value"), (".change", "before"))
        )  # type: ignore[return-value]


def open_page(browser: Browser, file: Path, width: int = 1280, scheme: Any = "light") -> OpenPage:
    """The page in a window of its own, shown."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, accept_downloads=True)
    opened = OpenPage(context.new_page())
    opened.page.on("pageerror", lambda error: opened.faults.append(str(error)))
    opened.page.on("console", lambda line: opened.faults.append(line.text) if line.type == "error" else None)
    opened.page.on("dialog", lambda dialog: opened.faults.append(dialog.message))
    opened.page.on("request", lambda request: opened.asked.append(request.url))
    opened.page.goto(file.as_uri())
    opened.shown()
    return opened


def _value(text: str, is_number: bool) -> Any:
    if text == "":
        return None
    return float(json.loads(text)) if is_number else text
