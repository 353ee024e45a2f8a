"""What a figure is made of, and what becomes of it: Material in; Drawing, or Absent with a reason,
out. Knows no figure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from inferometer.analysis.pcie import LinkStudy
from inferometer.report.figures.channels import fit_to_page, fit_to_panel
from inferometer.report.figures.theme import HOVER
from inferometer.report.figures.vega import SCHEMA_URL, Layer
from inferometer.results.point import Point
from inferometer.trace.trace import Trace
from inferometer.words import Words

if TYPE_CHECKING:
    import altair as alt

Row = dict[str, Any]
Panel = dict[str, Any]
"""The Vega-Lite specification of one view of some layers: it can take the width of what contains
it, which a grid of views cannot.
"""

Record = Mapping[str, Any]
"""What was found beside the values of points."""

ROWS = "rows"
"""Name of a figure's one data set, which all its panels read."""

PRINT_WIDTHS = {1: 640, 2: 400, 3: 300}
"""Of a panel in print, CSS pixels, by the number side by side."""
PRINT_HEIGHT = 250
"""Of most panels, everywhere."""


@dataclass(frozen=True, slots=True)
class Material:
    """What figures can be made of; what is not there is empty."""

    points: Sequence[Point] = ()
    runs: Mapping[str, Trace] = field(default_factory=dict)
    """Single runs by what they are called, for what shows requests and events; without warm-up
    requests (`Trace.measured`).
    """
    runs_there: int = 0
    """How many runs there are in all, of which `runs` are some."""
    scaling: Sequence[Record] = ()
    """Scaling efficiencies, as `draw_scaling` describes them."""
    link_effects: Sequence[Record] = ()
    """What one link costs against another, as `draw_link_effect` describes it."""
    link_study: LinkStudy | None = None
    """What `link_effects` are of."""
    series: Sequence[Record] = ()
    """Telemetry of the first of `runs`, as `draw_over_time` describes it, from whoever has some."""
    problems: Sequence[str] = ()
    """Runs whose tables could not be read, a sentence each."""


def why_no_runs(material: Material) -> str:
    """Key of the reason why there are no single runs in it."""
    directories = [point for point in material.points if point.run is not None]
    if not directories:
        return "figure.nothing.runs"
    return (
        "figure.nothing.runs_invalid"
        if all(p.status == "INVALID" for p in directories)
        else "figure.nothing.runs_unread"
    )


class NothingToDrawError(Exception):
    """The material has nothing for this figure; the message is the reason, in the reader's
    language.
    """


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """What a figure's function makes."""

    panels: Sequence[Panel]
    rows: list[Row]
    notes: Sequence[str] = ()
    """What the reader has to know to read it rightly: what was sampled, left out or not measured; a
    sentence each.
    """
    columns: int = 2
    """Panels side by side, where there is room: 1 to 3."""
    about: str = ""
    """What its title adds to that of its kind, such as the sides that are compared."""
    runs: Mapping[str, str] = field(default_factory=dict)
    """Where rows are of single runs: the point of each `curve`; of rows without one, that of ""."""
    one_legend: bool = True
    """Whether curves mean the same in all panels, so that print shows their legend once."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of FIGURES."""

    title: str
    """Key of its title among the words."""
    draw: Callable[[Material, Words], Sketch]
    """Raises NothingToDrawError."""
    needs: str
    """The field of Material that it is made of."""


@dataclass(frozen=True, slots=True)
class Absent:
    """A figure that has nothing to show."""

    key: str
    title: str
    reason: str


TITLE = {"anchor": "start", "fontSize": 16, "offset": 12}


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A figure with its data. The theme is not in it, so that a page can change it: see `theme`."""

    key: str
    title: str
    sketch: Sketch

    @property
    def rows(self) -> list[Row]:
        """Its data, which every panel reads under the name ROWS."""
        return self.sketch.rows

    @property
    def notes(self) -> Sequence[str]:
        return self.sketch.notes

    @property
    def columns(self) -> int:
        """Panels side by side, where there is room."""
        return self.sketch.columns

    def specs(self, *, with_data: bool = True) -> list[dict[str, Any]]:
        """Vega-Lite specifications for a page, one a panel, each as wide as what contains it.

        Without data they expect it as `datasets: {ROWS: drawing.rows}`, which a page with several
        panels holds once.
        """
        specs = [*map(_copied, self.sketch.panels)]
        for spec in specs:
            fit_to_panel(spec)
            spec["width"] = "container"
            spec["autosize"] = {"type": "fit-x", "contains": "padding"}
            if with_data:
                spec["datasets"] = {ROWS: self.rows}
        return specs

    def chart(self) -> alt.ConcatChart:
        """All panels as one altair chart, data inside: for a notebook."""
        import altair as alt

        return alt.ConcatChart.from_dict(self._grid(), validate=False)

    def _grid(self) -> dict[str, Any]:
        """All panels as one specification, data inside."""
        width = PRINT_WIDTHS[self.columns]
        panels = [
            {**_copied(panel), "width": width} for panel in self.sketch.panels
        ]
        for panel in panels:
            del panel["$schema"]
        title = {
            "text": self.title,
            "subtitle": list(self.notes),
            **TITLE,
        }
        resolve = "shared" if self.sketch.one_legend else "independent"
        scales = {"color": resolve, "shape": resolve}
        return {
            "$schema": SCHEMA_URL,
            "title": title,
            "concat": panels,
            "columns": self.columns,
            "spacing": 24,
            "resolve": {"scale": {**scales, "strokeDash": "independent"}},
            "datasets": {ROWS: self.rows},
        }

    def spec(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """All panels as one Vega-Lite specification in this theme, data inside, without what only a
        pointer sees: for print.
        """
        spec = {**self._grid(), "config": dict(config)}
        for panel in spec["concat"]:
            panel["layer"] = [
                layer
                for layer in panel["layer"]
                if layer["mark"].get("style") != HOVER
            ]
            beside = (
                min(self.columns, len(self.sketch.panels))
                if self.sketch.one_legend
                else 1
            )
            fit_to_page(panel, beside * PRINT_WIDTHS[self.columns])
        return spec


def base(**encodings: Any) -> Layer:
    """What the layers of a panel have in common: the figure's data, and these encodings."""
    return Layer().encode(**encodings)


def layered(
    layers: Sequence[Layer],
    title: str,
    *,
    height: int = PRINT_HEIGHT,
    **encodings: Any,
) -> Panel:
    """Layers over each other as one panel; `encodings` are those that all of them have."""
    return {
        "$schema": SCHEMA_URL,
        "data": {"name": ROWS},
        "encoding": encodings,
        "height": height,
        "layer": [each.spec for each in layers],
        "title": title,
    }


def _copied(panel: Panel) -> Panel:
    """One that may be changed."""
    copy: Panel = orjson.loads(orjson.dumps(panel))
    return copy
