"""Inferometer measures how fast large language models are served, and says how far each number may be believed."""

__version__ = "0.1.0"
