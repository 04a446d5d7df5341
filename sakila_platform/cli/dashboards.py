"""The dashboards' pages written from a shell."""

from __future__ import annotations

from sakila_platform.cli.terminal import Report
from sakila_platform.dashboards.mart_rows import left_out, with_data, with_marts
from sakila_platform.dashboards.pages import INDEX, remove_page, write_page
from sakila_platform.domains import all_dashboards
from sakila_platform.lake.location import open_lake
from sakila_platform.orchestration.layers.dashboards import dashboards_site, require_declared_well
from sakila_platform.orchestration.resources.clock import ClockResource


def write_dashboards(report: Report) -> str:
    """Write the page of every dashboard that has data. Returns the address of the page that leads to them, "" if none.

    One whose marts are there and have no rows is left out. Raises PlatformError when the lake has no dashboard's marts,
    or the folder can't be written.
    """
    every = all_dashboards()
    require_declared_well(every)
    site, lake = dashboards_site(every, ClockResource()), open_lake()
    # Without any marts the first one says what to run.
    for dashboard in with_marts(lake, every) or every[:1]:
        if message := left_out(lake, dashboard):
            remove_page(lake, dashboard, site)
            report(message)
            continue
        page = write_page(lake, dashboard, site)
        report(f"{dashboard.title}, {page.newest}: {page.file.as_uri()}")
    return (site.folder / INDEX).as_uri() if with_data(lake, every) else ""
