"""The colours of pages and charts, light and dark: one palette each, as CSS variables and as Vega's configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif"


@dataclass(frozen=True)
class Theme:
    """A palette. `series` tells members apart; `ramp` goes from little to much; the rest is the page's own."""

    page: str
    card: str
    ink: str
    quiet_ink: str
    line: str
    accent: str
    trend: str
    weekend: str
    holiday: str
    good: str
    bad: str
    series: tuple[str, ...]
    ramp: tuple[str, ...]

    @property
    def variables(self) -> dict[str, str]:
        """The palette as CSS variables."""
        names = ("page", "card", "ink", "quiet_ink", "line", "accent", "good", "bad")
        return {f"--{name.replace('_', '-')}": getattr(self, name) for name in names}

    @property
    def vega(self) -> dict[str, Any]:
        """The palette as Vega-Lite's `config`."""
        axis = {
            "labelColor": self.quiet_ink,
            "titleColor": self.quiet_ink,
            "domainColor": self.line,
            "gridColor": self.line,
            "labelFontSize": 11,
            "titleFontSize": 11,
            "titleFontWeight": "normal",
            "titlePadding": 8,
            "labelPadding": 6,
        }
        return {
            "font": FONT,
            "background": self.card,
            # The picture's words are the page's: its label, and the table behind it.
            "aria": False,
            "padding": 4,
            "view": {"stroke": None},
            "axis": axis,
            "axisX": {"grid": False},
            "axisY": {"domain": False, "ticks": False},
            "legend": {
                "labelColor": self.quiet_ink,
                "titleColor": self.quiet_ink,
                "labelFontSize": 11,
                "titleFontSize": 11,
                "titleFontWeight": "normal",
                "symbolStrokeWidth": 0,
                "symbolSize": 90,
                "offset": 10,
            },
            "title": {"color": self.ink, "anchor": "start", "fontSize": 14, "fontWeight": 600, "offset": 12},
            "bar": {"color": self.accent},
            "text": {"color": self.quiet_ink, "fontSize": 11},
            "rule": {"color": self.quiet_ink},
            "style": {
                "trend": {"strokeWidth": 2},
                "gap": {"strokeDash": [2, 3]},
                "shade": {"opacity": 0.65},
                "cell": {"stroke": self.card, "strokeWidth": 2},
            },
            "range": {
                "category": list(self.series),
                "timeline": [self.accent, self.trend, self.weekend, self.holiday],
                "ramp": list(self.ramp),
                "heatmap": list(self.ramp),
            },
        }


LIGHT = Theme(
    page="#f6f7f9",
    card="#ffffff",
    ink="#1b2430",
    quiet_ink="#566273",
    line="#dfe4ea",
    accent="#5b8def",
    trend="#b4431f",
    weekend="#e6eaf0",
    holiday="#f7d9a0",
    good="#1a7a4c",
    bad="#b3261e",
    series=("#3f74d8", "#cc7718", "#2f8f7a", "#8b5fbf", "#b0476a", "#6b7686"),
    ramp=("#eef3fb", "#a9c5f2", "#5b8def", "#2a56a8", "#142e63"),
)
DARK = Theme(
    page="#12161c",
    card="#1a2029",
    ink="#e8ecf1",
    quiet_ink="#a3afbf",
    line="#2d3642",
    accent="#6d9bf3",
    trend="#ffa06b",
    weekend="#364252",
    holiday="#5c4a22",
    good="#63c896",
    bad="#ff8f87",
    series=("#6d9bf3", "#eba458", "#58bfa7", "#b795e0", "#e07f9f", "#98a4b3"),
    ramp=("#1f2937", "#2b4577", "#4470c4", "#7ea8f5", "#d3e2fd"),
)
