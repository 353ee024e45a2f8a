"""Inferometer measures how fast large language models are served, and says how far each number may
be believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from inferometer.results import Frames

__all__ = ["__version__", "load"]

__version__ = "0.1.0"


def load(paths: str | Path | Sequence[str | Path]) -> Frames:
    """Results as polars frames: `points`, `requests`, `events`, `environment`.

    `paths`: one or several of result directories of campaigns, run directories, files or folders of
    vLLM's JSON, other tools' result files, and trees of all these. Raises
    `inferometer.results.ResultsError` if there is no result at all.
    """
    from inferometer.results import load as load_results

    return load_results(paths)
