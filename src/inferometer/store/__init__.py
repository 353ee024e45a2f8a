"""Files: the run directory, vLLM's result JSON, a campaign's directory, other tools' results, the
environment.
"""
