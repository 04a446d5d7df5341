"""The settings as people read them: a table in the README, written from the declarations.

`python -m sakila_platform.documents.settings_table` brings it up to date.
"""

from __future__ import annotations

from pathlib import Path

from sakila_platform.settings.every import all_settings
from sakila_platform.settings.setting import Setting

PAGE = Path(__file__).resolve().parents[2] / "README.md"

BEGIN, END = "<!-- settings -->", "<!-- /settings -->"


def settings_table() -> str:
    """A Markdown table with one row per setting: name, laptop value, meaning."""
    rows = [f"| `{setting.name}` | {_value(setting)} | {_cell(setting.meaning)} |" for setting in all_settings()]
    return "\n".join(["| setting | laptop value | meaning |", "| --- | --- | --- |", *rows])


def with_settings_table(page: str) -> str:
    """A page with the table between its two markers brought up to date; appended where it has no markers."""
    before, begin, rest = page.partition(BEGIN)
    after = rest.partition(END)[2] if begin else "\n"
    lead = before if begin else f"{page.rstrip()}\n\n"
    return f"{lead}{BEGIN}\n{settings_table()}\n{END}{after}"


def _value(setting: Setting) -> str:
    return f"`{setting.default}`" if setting.default else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(with_settings_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
