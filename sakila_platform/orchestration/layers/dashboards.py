"""Dashboards as assets: a page and a QuickSight dashboard each, brought up to date whenever a mart was."""

from collections.abc import Iterator, Sequence

import dagster as dg

from sakila_platform.dashboards.declarations import Dashboard
from sakila_platform.dashboards.exports import small_png
from sakila_platform.dashboards.mart_contracts import read_mart_contracts, require_contracts_kept
from sakila_platform.dashboards.mart_rows import left_out
from sakila_platform.dashboards.pages import Page, Site, remove_page, write_page
from sakila_platform.dashboards.quicksight.publishing import publish_dashboard, refresh_data_sets
from sakila_platform.dashboards.quicksight.service import open_quicksight
from sakila_platform.dashboards.quicksight.target import chosen_target
from sakila_platform.declarations.domain import Domain
from sakila_platform.marts.plots import as_markdown
from sakila_platform.model.naming import mart_key
from sakila_platform.orchestration.asset_specs import LEFT_OUT, OWNERS
from sakila_platform.orchestration.automation import follows_upstream
from sakila_platform.orchestration.failures import failing_in_one_line
from sakila_platform.orchestration.layers.marts import MARTS_PROJECT
from sakila_platform.orchestration.resources.clock import ClockResource
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.settings.dashboards import DASHBOARD_ROWS, QUICKSIGHT_ACCOUNT, QUICKSIGHT_GROUP
from sakila_platform.settings.places import HOME

LAYER = "dashboards"
# Not one of a domain's groups: what a shell runs of a domain stays on this machine.
PUBLISHED_GROUP = "quicksight"


def dashboards_site(every: Sequence[Dashboard], clock: ClockResource) -> Site:
    """Where the pages of every dashboard are: dashboards/ under the state folder."""
    folder = HOME.read().resolve() / "dashboards"
    return Site(folder, every, DASHBOARD_ROWS.read(), clock.clock().now)


def require_declared_well(dashboards: Sequence[Dashboard]) -> None:
    """Raises PlatformError, one line with the nearest names, when a dashboard names what its mart lacks."""
    require_contracts_kept(dashboards, read_mart_contracts(MARTS_PROJECT))


def dashboard_assets(domain: Domain, every: Sequence[Dashboard]) -> list[dg.AssetsDefinition]:
    """A page for each of a domain's dashboards, and the same in QuickSight. Pages lead to every dashboard's."""
    require_declared_well(domain.dashboards)
    pages = [_page(dashboard, domain.group(LAYER), every) for dashboard in domain.dashboards]
    return [*pages, *(_published(dashboard) for dashboard in domain.dashboards)]


def _page(dashboard: Dashboard, group: str, every: Sequence[Dashboard]) -> dg.AssetsDefinition:
    @dg.asset(
        key=dg.AssetKey(["dashboards", "page", dashboard.name]),
        deps=[dg.AssetKey(mart_key(mart)) for mart in dashboard.marts],
        description=dashboard.story,
        group_name=group,
        owners=OWNERS,
        kinds={"html", "vega"},
        automation_condition=follows_upstream(),
    )
    def write(context: dg.AssetExecutionContext, lake: LakeResource, clock: ClockResource) -> dg.MaterializeResult:
        with failing_in_one_line(context.retry_number):
            site = dashboards_site(every, clock)
            if message := left_out(lake.lake(), dashboard):
                remove_page(lake.lake(), dashboard, site)
                context.log.warning(message)
                return dg.MaterializeResult(metadata={LEFT_OUT: dg.MetadataValue.text(message)})
            page = write_page(lake.lake(), dashboard, site)
        return dg.MaterializeResult(metadata=_metadata(dashboard, page))

    return write


def _metadata(dashboard: Dashboard, page: Page) -> dict[str, dg.MetadataValue]:
    titles = {chart.name: chart.title for chart in dashboard.charts}
    pictures = [as_markdown(small_png(png), titles[name], "png") for name, png in page.pictures.items()]
    return {
        "page": dg.MetadataValue.url(page.file.as_uri()),
        "last_day": dg.MetadataValue.text(page.last_day),
        "size_bytes": dg.MetadataValue.int(page.size),
        "preview": dg.MetadataValue.md("\n\n".join(pictures)),
    }


def _published(dashboard: Dashboard) -> dg.AssetsDefinition:
    @dg.asset(
        key=dg.AssetKey(["dashboards", "quicksight", dashboard.name]),
        deps=[dg.AssetKey(mart_key(mart)) for mart in dashboard.marts],
        description=dashboard.story,
        group_name=PUBLISHED_GROUP,
        owners=OWNERS,
        kinds={"quicksight", "athena"},
        output_required=False,
        automation_condition=follows_upstream(),
    )
    def publish(context: dg.AssetExecutionContext, lake: LakeResource) -> Iterator[dg.MaterializeResult]:
        target = chosen_target()
        if target is None:
            context.log.info(
                f"Dashboard {dashboard.name} is not published: set {QUICKSIGHT_ACCOUNT.name} and "
                f"{QUICKSIGHT_GROUP.name} to have it in QuickSight."
            )
            return
        with failing_in_one_line(context.retry_number):
            if message := left_out(lake.lake(), dashboard):
                context.log.warning(message)
                return
            quicksight = open_quicksight(target.account, target.region)
            contracts = read_mart_contracts(MARTS_PROJECT)
            publication = publish_dashboard(quicksight, target, dashboard, contracts, context.log.info)
            refresh_data_sets(quicksight, dashboard, context.run_id, but=publication.data_sets_sent)
        yield dg.MaterializeResult(
            metadata={
                "dashboard": dg.MetadataValue.url(publication.url),
                "definition_changed": dg.MetadataValue.bool(publication.is_changed),
            }
        )

    return publish
