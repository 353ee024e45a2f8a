"""The embedded engine: a server in vLLM's wire format whose timing is set, and known exactly.

`model` says when tokens come (pure, virtual time), `ask` and `wire` what is asked and answered, `api` joins them; `http`,
`poller` and `server` move the bytes, and `truth` records when each of them really moved. `EmbeddedEngine` runs it all in a
process of its own. None of it knows the measuring side: it is what that is tested against.
"""

from inferometer.simulator.embedded import EmbeddedEngine
from inferometer.simulator.model import EngineSettings
from inferometer.simulator.truth import Truth, load_truth

__all__ = ["EmbeddedEngine", "EngineSettings", "Truth", "load_truth"]
