"""The numbers of a run, and how far to believe them. Knows numpy and the trace; no sockets or
files.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inferometer.metrics.definitions import QUANTITIES, Quantity
    from inferometer.metrics.distribution import Distribution
    from inferometer.metrics.finding import Finding, Level, Thresholds
    from inferometer.metrics.slo import parse_goodput
    from inferometer.metrics.summary import (
        Counts,
        Events,
        Goodput,
        Summary,
        summarize,
    )
    from inferometer.metrics.verdict import Verdict, judge

__all__ = [
    "QUANTITIES",
    "Counts",
    "Distribution",
    "Events",
    "Finding",
    "Goodput",
    "Level",
    "Quantity",
    "Summary",
    "Thresholds",
    "Verdict",
    "judge",
    "parse_goodput",
    "summarize",
]

PLACES = {
    "QUANTITIES": "definitions",
    "Quantity": "definitions",
    "Distribution": "distribution",
    "Finding": "finding",
    "Level": "finding",
    "Thresholds": "finding",
    "parse_goodput": "slo",
    "Verdict": "verdict",
    "judge": "verdict",
}
"""The module of a name that is not of `summary`; imported when it is first used, since nothing is
judged before a run. None of these names is a module of this package, which would replace it.
"""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    module = import_module(f"{__name__}.{PLACES.get(name, 'summary')}")
    return getattr(module, name)
