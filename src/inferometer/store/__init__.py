"""Files: the run directory, vLLM's result JSON, and what the host was. Knows what a run is; not how it was measured."""
