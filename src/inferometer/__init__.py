"""Inferometer measures how fast large language models are served, and says how far each number may
be believed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from inferometer.loadgen import MeasurementError
    from inferometer.measurement.measure import measure
    from inferometer.measurement.prepare import PointError
    from inferometer.measurement.session import PointResult
    from inferometer.results import Frames, ResultsError
    from inferometer.server.endpoint import EndpointError
    from inferometer.spec.run import RunSpec
    from inferometer.store.atomic import CannotWriteError

__all__ = [
    "CannotWriteError",
    "EndpointError",
    "MeasurementError",
    "PointError",
    "PointResult",
    "ResultsError",
    "RunSpec",
    "__version__",
    "load",
    "measure",
]

__version__ = "0.1.0"

PLACES = {
    "CannotWriteError": "inferometer.store.atomic",
    "EndpointError": "inferometer.server.endpoint",
    "MeasurementError": "inferometer.loadgen",
    "PointError": "inferometer.measurement.prepare",
    "PointResult": "inferometer.measurement.session",
    "ResultsError": "inferometer.results",
    "RunSpec": "inferometer.spec.run",
    "measure": "inferometer.measurement.measure",
}
"""The module of each public name. It is imported when the name is first used, since the command
line needs none of them. No module of this package may have one of these names: importing it would
replace what the name stands for.
"""


def load(paths: str | Path | Sequence[str | Path]) -> Frames:
    """Results as polars frames: `points`, `requests`, `events`, `environment`.

    `paths`: one or several of result directories of campaigns, run directories, files or folders of
    vLLM's JSON, other tools' result files, and trees of all these. Raises `ResultsError` if there
    is no result at all.
    """
    from inferometer.results import load as load_results

    return load_results(paths)


def __getattr__(name: str) -> Any:
    if name not in PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(PLACES[name]), name)
