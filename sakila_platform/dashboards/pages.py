"""A dashboard as one HTML file that needs neither network nor server, with each chart as PNG and SVG beside it."""

from __future__ import annotations

import base64
import gzip
import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

import duckdb
import jinja2
from markupsafe import Markup

from sakila_platform.dashboards.declarations import Dashboard, Format
from sakila_platform.dashboards.exports import chart_svg, svg_to_png
from sakila_platform.dashboards.mart_rows import Choices, chart_rows, opened_marts, with_data
from sakila_platform.dashboards.page_model import Model, PageModel, choice_members, page_model, presets
from sakila_platform.dashboards.themes import DARK, FONT, LIGHT, Theme
from sakila_platform.errors import PlatformError
from sakila_platform.lake.files import Lake

INDEX = "index.html"
MOST_BYTES = 1_900_000
"""How large a page gets: mail and phones carry it."""
_FEWEST_ROWS = 1_000
_FILES = Path(__file__).with_name("page_files")


@dataclass(frozen=True)
class Site:
    """Where pages are kept, which dashboards they may link to, the most rows of a table on one, what time it is."""

    folder: Path
    dashboards: Sequence[Dashboard]
    most_rows: int
    now: Callable[[], datetime]


@dataclass(frozen=True)
class Page:
    """A page that was written: its file, size in bytes, newest day and what is said of it, its charts as PNG."""

    file: Path
    size: int
    last_day: str
    newest: str
    pictures: dict[str, bytes]


def write_page(lake: Lake, dashboard: Dashboard, site: Site) -> Page:
    """Write a dashboard's page, its charts as pictures (newest period), and the index, each file whole or not at all.

    Pages and index lead to the site's dashboards that have data.

    Raises PlatformError when a mart is missing or empty, or the folder can't be written.
    """
    site = replace(site, dashboards=with_data(lake, site.dashboards))
    with opened_marts(lake, dashboard) as connection:
        model, html = _fitting_page(connection, dashboard, site)
        chosen = Choices(model.start, {})
        rows = {chart.name: chart_rows(connection, dashboard, chart, chosen) for chart in dashboard.charts}
    drawn = {chart.name: chart_svg(chart, rows[chart.name]) for chart in dashboard.charts}
    vectors = {name: svg for name, svg in drawn.items() if svg}
    pictures = {name: svg_to_png(svg) for name, svg in vectors.items()}
    file = site.folder / f"{dashboard.name}.html"
    for name, svg in vectors.items():
        _put(site.folder / "charts" / dashboard.name / f"{name}.svg", svg.encode())
        _put(site.folder / "charts" / dashboard.name / f"{name}.png", pictures[name])
    _put(file, html)
    _put_index(site, site.dashboards)
    return Page(file, len(html), model.days.last.isoformat(), _newest(dashboard, model), pictures)


def remove_page(lake: Lake, dashboard: Dashboard, site: Site) -> None:
    """Remove what an earlier run wrote of a dashboard that has no data any more, and have no page lead there."""
    page = site.folder / f"{dashboard.name}.html"
    if page.exists():
        page.unlink()
        shutil.rmtree(site.folder / "charts" / dashboard.name, ignore_errors=True)
        _put_index(site, with_data(lake, site.dashboards))


def _put_index(site: Site, linked: Sequence[Dashboard]) -> None:
    _put(site.folder / INDEX, _template(INDEX).render(css=_css(), dashboards=linked).encode())


def _fitting_page(connection: duckdb.DuckDBPyConnection, dashboard: Dashboard, site: Site) -> tuple[PageModel, bytes]:
    """The page with as many rows as fit."""
    most_rows = site.most_rows
    while True:
        model = page_model(connection, dashboard, most_rows)
        packed = _packed(model.json)
        html = _page_html(dashboard, model, packed, site).encode()
        if len(html) <= MOST_BYTES or most_rows <= _FEWEST_ROWS:
            return model, html
        room = MOST_BYTES - (len(html) - len(packed))
        rows = min(most_rows, max(len(table["columns"][0]["values"]) for table in model.json["tables"]))
        # A little fewer than would fill the room: rows are not alike.
        most_rows = max(_FEWEST_ROWS, int(rows * 0.9 * room / len(packed)))


def _page_html(dashboard: Dashboard, model: PageModel, packed: str, site: Site) -> str:
    return _template("page.html").render(
        dashboard=dashboard,
        dashboards=site.dashboards,
        charts=model.json["charts"],
        choices=[
            {"column": choice.column, "title": choice.title, "members": choice_members(model, choice.column)}
            for choice in dashboard.choices
        ],
        days=model.json["days"],
        presets=presets(model, dashboard.dates.presets),
        numbers=[each.value for each in Format],
        newest=_newest(dashboard, model),
        left_out_before=model.left_out_before,
        written=site.now().strftime("%Y-%m-%d %H:%M %Z"),
        css=_css(),
        page=packed,
        library=_script(_chart_library(site.folder)),
        rows_script=_script(_text("rows.js")),
        page_script=_script(_text("page.js")),
    )


def _newest(dashboard: Dashboard, model: PageModel) -> str:
    return dashboard.dates.newest.format(day=model.days.last)


def _packed(page: Model) -> str:
    """The page's JSON, compressed, in letters that a script element takes as they are. The same for the same page."""
    text = json.dumps(page, separators=(",", ":")).encode()
    return base64.b64encode(gzip.compress(text, compresslevel=6, mtime=0)).decode()


@cache
def _chart_library(folder: Path) -> str:
    """The bundle of Vega-Lite, kept beside the pages: making it takes longer than all the rest of a page."""
    kept = folder / "charts" / f"vega-{version('vl-convert-python')}.js"
    if not kept.exists():
        # As in exports.
        import vl_convert  # noqa: PLC0415

        _put(kept, vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;").encode())
    return kept.read_text(encoding="utf-8")


def _script(source: str) -> Markup:
    """JavaScript for a script element, which the words `</script` and `<!--` would end or change."""
    return Markup(source.replace("</script", "<\\/script").replace("<!--", "\\x3c!--"))


def _css() -> Markup:
    def variables(theme: Theme) -> str:
        return " ".join(f"{name}: {value};" for name, value in theme.variables.items())

    return Markup(jinja2.Template(_text("page.css")).render(light=variables(LIGHT), dark=variables(DARK), font=FONT))


@cache
def _template(name: str) -> jinja2.Template:
    return jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(_text(name))


def _text(name: str) -> str:
    return (_FILES / name).read_text(encoding="utf-8")


def _put(file: Path, content: bytes) -> None:
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(content)
        aside.replace(file)
    except OSError as error:
        raise PlatformError(
            f"The dashboard can't be written to {file}: {error.strerror or error}. Free space or correct SAKILA_HOME."
        ) from None
