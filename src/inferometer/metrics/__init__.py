"""The numbers of a run, and how far to believe them. Knows numpy and the trace; no sockets or
files.
"""

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
