"""The embedded engine: a server in vLLM's wire format, or any other we measure, whose timing is
set, and known exactly.

`model` says when tokens come (pure, virtual time), `ask` and `wire` what is asked and answered,
`api` joins them; `http`, `poller` and `server` move the bytes, and `truth` records when each of
them really moved. `faults` chooses what goes wrong for whom, `faulty` and `rewrite` do it.
`EmbeddedEngine` runs it all in a process of its own. Of the measuring side it knows the wire
formats only: it is what the rest is tested against.
"""

from inferometer.engine.embedded import EmbeddedEngine
from inferometer.engine.model import EngineSettings
from inferometer.engine.truth import Truth, load_truth

__all__ = ["EmbeddedEngine", "EngineSettings", "Truth", "load_truth"]
