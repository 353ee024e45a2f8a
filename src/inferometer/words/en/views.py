"""What the page's overview and its further figures say, in English."""

from __future__ import annotations

VIEWS: dict[str, str] = {
    "page.overview": "Overview",
    "page.overview.hint": (
        "Six metrics over the load. Tick folders to choose experiments: charts, figures and "
        "the table of points show only these. The filters of the explorer apply here, too."
    ),
    "page.folders": "Experiments (folders)",
    "page.folders.all": "All",
    "page.folders.none": "None",
    "page.js.folders": "{shown} of {all}",
    "page.unfiltered": (
        "This figure compares points with each other. It is of all points, whatever is "
        "filtered."
    ),
    "page.condition.folder": "folder",
    "answer.saturation.title": "Where does throughput saturate?",
    "answer.saturation": (
        "{name} saturates {load} ({interval}): {plateau} tok/s of output throughput."
    ),
    "answer.saturation.linear": (
        "{name} saturates {load} ({interval}): {plateau} tok/s of output throughput. Up to a "
        "load of {linear} it grows in proportion."
    ),
    "answer.saturation.growing": (
        "{name} does not saturate up to the highest load: {plateau} tok/s of output throughput "
        "{highest} ({interval})."
    ),
    "answer.saturation.untold": "interval cannot be told",
    "answer.saturation.low_high": "{low} … {high}",
    "answer.saturation.low": "above {low}",
    "answer.saturation.high": "{high} or below",
    "answer.saturation.curve": "Curve",
    "answer.saturation.linear_to": "{load}: linear up to",
    "answer.saturation.from": "{load}: saturated from",
    "answer.saturation.interval": "95 % interval",
    "answer.saturation.falls": "{load}: falls from",
    "answer.saturation.not_reached": "not reached",
    "answer.saturation.note": (
        "Saturated: within 5 % of the highest throughput, and no more at a load at least 1.5 "
        "times as high. Linear: at least 90 % of what the lowest load promises. The interval "
        "is from repeats, from the runs' own intervals, or from how many loads scatter; where "
        "none of these is there, it cannot be told."
    ),
    "figure.overview": "Overview over the load",
    "figure.saturation": "Where throughput saturates",
    "figure.efficiency": "Efficiency map: configuration by load",
    "figure.spread": "Latency by configuration",
    "figure.dates": "Change over dates",
    "figure.nothing.saturation": "No curve has four levels of load or more.",
    "figure.nothing.configurations": "There are no two configurations at several loads.",
    "figure.nothing.percentiles": "No p99 of a latency was recorded.",
    "figure.nothing.dates": "No configuration was measured at one load on two days.",
    "figure.note.saturation": (
        "Upright stroke: saturated from this load on. Bar: the 95 % interval of that load, "
        "where it can be told."
    ),
    "figure.note.configurations": "{shown} of {n} configurations are shown.",
    "figure.note.spread": "Load: {load}. Thick: median to p90; thin: to p99. Dot: mean.",
    "figure.note.dates": (
        "Each curve is of one configuration at one load; versions of the engine and the stack "
        "may change along it."
    ),
    "figure.tooltip.saturated": "Saturated from",
    "figure.tooltip.plateau": "Plateau (tok/s)",
}
