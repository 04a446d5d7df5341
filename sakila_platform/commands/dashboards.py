"""The dashboards' pages written from a shell."""

from __future__ import annotations

from sakila_platform.commands.terminal import Report
from sakila_platform.dashboards.pages import INDEX, write_page
from sakila_platform.rentals.dashboard_assets import dashboards, dashboards_site
from sakila_platform.resources.clock import ClockResource
from sakila_platform.resources.lake_location import open_lake


def write_dashboards(report: Report) -> str:
    """Write every dashboard's page from the marts as they are. Returns the address of the page that leads to them.

    Raises PlatformError when a mart is missing or empty, or the folder can't be written.
    """
    site = dashboards_site(ClockResource())
    for dashboard in dashboards():
        page = write_page(open_lake(), dashboard, site)
        report(f"{dashboard.title}, data up to {page.last_day}: {page.file.as_uri()}")
    return (site.folder / INDEX).as_uri()
