"""What was measured, by whomever, as one table of points. Reads files; measures, compares and draws
nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inferometer.results.frames import Frames, load
    from inferometer.results.point import (
        Collection,
        Condition,
        Point,
        Range,
        Status,
    )
    from inferometer.results.reader import ResultsError, read

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

PLACES = {
    "Frames": "frames",
    "load": "frames",
    "ResultsError": "reader",
    "read": "reader",
}
"""The module of a name that is not of `point`; imported when it is first used, since a run needs no
readers of files. None of these names is a module of this package, which would replace it.
"""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    module = import_module(f"{__name__}.{PLACES.get(name, 'point')}")
    return getattr(module, name)
