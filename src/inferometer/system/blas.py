"""numpy's linear algebra on one thread: else it starts a thread for each core, which turn for 30 ms
each, beside a server that may be ours to measure.
"""

from __future__ import annotations

import os

VARIABLE = "OPENBLAS_NUM_THREADS"


def import_numpy() -> None:
    """With no threads besides the caller's, unless the environment says how many. The variable is
    gone afterwards: servers that we start would inherit it.
    """
    if VARIABLE in os.environ:
        return
    os.environ[VARIABLE] = "1"
    try:
        import numpy  # noqa: F401
    finally:
        del os.environ[VARIABLE]
