"""What was measured, by whomever, as one table of points. Reads files; measures, compares and draws
nothing.
"""

from inferometer.results.frames import Frames, load
from inferometer.results.point import (
    Collection,
    Condition,
    Point,
    Range,
    Status,
)
from inferometer.results.read import ResultsError, read

__all__ = [
    "Collection",
    "Condition",
    "Frames",
    "Point",
    "Range",
    "ResultsError",
    "Status",
    "load",
    "read",
]
