"""How figures look: colours for readers of all kinds on a light or a dark ground, fonts with
Chinese ones to fall back on.

The palettes were searched for: any two colours of one differ by more than 20 in CIE Lab, also for
readers without red, green or blue cones (Machado, Oliveira and Fernandes 2009), and each has a
contrast of at least 3 : 1 to its ground (WCAG 2). Colour never stands alone all the same: curves
have marks, and dashes from the ninth on.
"""

from __future__ import annotations

from typing import Any

LIGHT_GROUND, DARK_GROUND = "#ffffff", "#16181d"
LIGHT_COLOURS = (
    "#1f1fd6",
    "#d65c5c",
    "#439fb1",
    "#bb861b",
    "#86134d",
    "#2e500b",
    "#9482ed",
    "#6e2593",
)
DARK_COLOURS = (
    "#9367e9",
    "#c4e232",
    "#f19dab",
    "#259349",
    "#ebb8f5",
    "#be559b",
    "#94ed82",
    "#73a117",
)
SHAPES = (
    "circle",
    "square",
    "triangle-up",
    "diamond",
    "triangle-down",
    "triangle-right",
    "triangle-left",
)
DASHES = ([1, 0], [6, 3], [2, 2], [9, 3, 2, 3])

CROSS = "M-0.9,-0.9L0.9,0.9M-0.9,0.9L0.9,-0.9"
"""The mark of what is not to be believed, as a path."""

HOLLOW, DOT, GHOST, INTERVAL, FRONT, HALO, HOVER = (
    "hollow",
    "dot",
    "ghost",
    "interval",
    "front",
    "halo",
    "hover",
)
"""Styles that a theme defines: an outline; one of several values on a bar; a faint shade behind the
data; an interval over a bar; a line that is no curve; what keeps lines off the
letters over it; unseen, but there for the pointer.
"""

_LATIN = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', 'DejaVu Sans'"
_SIMPLIFIED = (
    "'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', "
    "'WenQuanYi Micro Hei'"
)
_TRADITIONAL = (
    "'PingFang TC', 'Microsoft JhengHei', 'Noto Sans CJK TC', 'Noto Sans TC'"
)
_FONTS = {
    "en": (_LATIN, _SIMPLIFIED),
    "zh-CN": (_SIMPLIFIED, _LATIN),
    "zh-TW": (_TRADITIONAL, _LATIN),
}


def font(language: str = "en") -> str:
    """The fonts for a language, as CSS lists them. Chinese ones come first for Chinese: what draws
    PNG takes the first that is installed, and for a character that it lacks any other.
    """
    return ", ".join((*_FONTS[language], "sans-serif"))


def theme(
    *, dark: bool = False, language: str = "en", ground: str | None = None
) -> dict[str, Any]:
    """Vega-Lite's `config` for all figures. `ground` is what is painted behind; None lets the page
    show through.
    """
    ink, faint, line = (
        ("#e6e8ec", "#a9afba", "#3a3f49")
        if dark
        else ("#1c1f24", "#5b626d", "#dfe2e7")
    )
    return {
        "background": ground or "transparent",
        "font": font(language),
        "padding": 6,
        "axis": _axis(ink, faint, line),
        "title": _title(ink, faint),
        "axisLeft": {"minExtent": 42},
        "legend": _legend(ink, faint),
        "view": {"stroke": None},
        "range": {
            "category": list(DARK_COLOURS if dark else LIGHT_COLOURS),
            "symbol": list(SHAPES),
            "heatmap": {"scheme": "cividis"},
            "ramp": {"scheme": "cividis"},
        },
        "text": {"color": ink, "fontSize": 11},
        "rule": {"color": faint},
        "tick": {"color": faint},
        "style": _styles(ink, faint, DARK_GROUND if dark else LIGHT_GROUND),
    }


def _styles(ink: str, faint: str, behind: str) -> dict[str, dict[str, Any]]:
    return {
        HOLLOW: {"filled": False, "opacity": 1},
        GHOST: {"fill": faint, "opacity": 0.15},
        INTERVAL: {"color": ink, "strokeWidth": 1.3},
        DOT: {"color": ink, "strokeWidth": 1, "opacity": 1},
        FRONT: {"color": ink, "strokeWidth": 1.3, "strokeDash": [5, 3]},
        HALO: {"stroke": behind, "strokeWidth": 4, "opacity": 0.85},
        HOVER: {"opacity": 0, "size": 140, "filled": True},
    }


def _axis(ink: str, faint: str, line: str) -> dict[str, Any]:
    return {
        "domainColor": faint,
        "tickColor": faint,
        "gridColor": line,
        "labelColor": faint,
        "titleColor": ink,
        "titleFontWeight": "normal",
        "labelFontSize": 11,
        "titleFontSize": 12,
        "titlePadding": 8,
        "labelOverlap": "greedy",
        "labelSeparation": 4,
    }


def _title(ink: str, faint: str) -> dict[str, Any]:
    return {
        "color": ink,
        "subtitleColor": faint,
        "anchor": "start",
        "frame": "group",
        "fontSize": 13,
        "fontWeight": "bold",
        "subtitleFontSize": 11,
        "subtitleFontWeight": "normal",
        "subtitlePadding": 4,
        "offset": 8,
    }


def _legend(ink: str, faint: str) -> dict[str, Any]:
    return {
        "orient": "bottom",
        "layout": {"bottom": {"direction": "vertical", "margin": 6}},
        "labelColor": ink,
        "titleColor": faint,
        "titleFontWeight": "normal",
        "labelFontSize": 11,
        "titleFontSize": 11,
        "labelLimit": 260,
        "symbolOpacity": 1,
        "symbolSize": 70,
        "symbolStrokeWidth": 1.5,
        "symbolBaseStrokeColor": ink,
        "columnPadding": 14,
        "rowPadding": 3,
    }
