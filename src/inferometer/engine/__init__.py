"""The embedded engine: a server in any wire format that we measure, with exactly known timing.

`model` decides when tokens come (pure, virtual time); `ask` and `wire` read requests and write
answers, and `api` joins them; `http`, `poller` and `server` move the bytes, and `truth` records
when each of them moved. `faults` selects what goes wrong for which request, `faulty` and `rewrite`
do it. `EmbeddedEngine` runs all of it in a separate process. It shares only the wire formats with
the measuring side, which is tested against it.
"""

from inferometer.engine.embedded import EmbeddedEngine
from inferometer.engine.model import EngineSettings
from inferometer.engine.truth import Truth, load_truth

__all__ = ["EmbeddedEngine", "EngineSettings", "Truth", "load_truth"]
