"""By what curves are told apart: colour, mark, dash; and their legend, as wide as there is room."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from inferometer.report.figures.theme import DASHES, LIGHT_COLOURS
from inferometer.report.figures.vega import Layer, Spec, channel

TELEPHONE = 330
"""Pixels that a narrow screen has for a legend."""
DASHES_IN_LETTERS = ("", "  – –", "  · · ·", "  – ·")
"""The dashes of theme.DASHES."""
AXIS = 55
"""Pixels that the labels of an upright axis take."""
LETTER, WIDE_LETTER, SYMBOL = 5.9, 11.0, 30
"""Pixels that a letter, a Chinese character, and a symbol with its gaps take."""


def names_axis(width: int) -> Spec:
    """Of names that stand beside what they name: no line, and none longer than `width` pixels."""
    return {"title": None, "labelLimit": width, "domain": False, "ticks": False}


def channel_of_curves(names: Sequence[str], *, lines: bool = True) -> Spec:
    """For colours and shapes. `lines`: whether there are any, so that the legend tells their
    dashes.
    """
    own = _told_dashes(names) if lines else {}
    return channel(
        "curve:N",
        scale={"domain": list(names)},
        legend=legend(names, **own),
    )


def _told_dashes(names: Sequence[str]) -> dict[str, str]:
    """The legend's symbols have no dash: behind the names of curves whose colours come again, it is
    drawn in letters.
    """
    again = {
        name: DASHES_IN_LETTERS[dash_of_curve(number).get("dash", 0)]
        for number, name in enumerate(names)
        if dash_of_curve(number)
    }
    if not again:
        return {}
    return {
        "labelExpr": f"datum.label + ({json.dumps(again)}[datum.label] || '')"
    }


def dash_of_curve(number: int) -> dict[str, int]:
    """What the rows of the curve with this number have, so that `dashed` can tell it apart where
    colours come again.
    """
    again = number // len(LIGHT_COLOURS) % len(DASHES)
    return {"dash": again} if again else {}


def dashed(lines: Layer, names: Sequence[str]) -> Layer:
    """Lines of curves with their dashes. Not by the curves' names: a legend merges all that has one
    domain, and the outlines of its symbols would be dashed as well.
    """
    if len(names) <= len(LIGHT_COLOURS):
        return lines
    scale = {"domain": list(range(len(DASHES))), "range": list(DASHES)}
    return lines.transform_calculate(dash="datum.dash || 0").encode(
        strokeDash=channel("dash:N", scale=scale, legend=None)
    )


def dash_of(field: str, names: Sequence[str]) -> Spec:
    """Dashes that mean something of their own, with a legend of lines, under the other."""
    scale = {
        "domain": list(names),
        "range": [DASHES[number % len(DASHES)] for number in range(len(names))],
    }
    return channel(
        f"{field}:N",
        scale=scale,
        legend=legend(names, symbolType="stroke", symbolSize=300),
    )


def legend(names: Sequence[str], **more: Any) -> Spec:
    """For a narrow screen; `fit_to_panel` and `fit_to_page` give it all the room there is."""
    columns = max(1, min(len(names), int(TELEPHONE // cell_width(names))))
    return dict(title=None, columns=columns, symbolOpacity=1, **more)


def cell_width(names: Sequence[str]) -> float:
    """Pixels for one entry."""
    return SYMBOL + max(
        (
            sum(WIDE_LETTER if ord(c) > 0x2E80 else LETTER for c in name)
            for name in names
        ),
        default=0.0,
    )


def fit_to_panel(panel: Mapping[str, Any]) -> None:
    """Let the legends of a specification have as many columns as what contains it has room for.
    (The view's own width is only known when its height is, and that depends on the legend.)
    """
    for told in _with_legend(panel):
        names = told["scale"]["domain"]
        room = f"(isFinite(containerSize()[0]) ? containerSize()[0] - {AXIS} : {TELEPHONE})"
        told["legend"]["columns"] = {
            "expr": f"max(1, min({len(names)}, floor({room} / {cell_width(names):.0f})))"
        }


def fit_to_page(panel: Mapping[str, Any], width: float) -> None:
    """Let them have the columns that so many pixels have room for."""
    for told in _with_legend(panel):
        names = told["scale"]["domain"]
        told["legend"]["columns"] = max(
            1, min(len(names), int(width // cell_width(names)))
        )


def _with_legend(panel: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for layer in (panel, *panel["layer"]):
        for told in layer.get("encoding", {}).values():
            if isinstance(told, dict) and (told.get("legend") or {}).get(
                "columns"
            ):
                yield told
