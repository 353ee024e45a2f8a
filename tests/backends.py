"""Backends by what their prompts are."""

from __future__ import annotations

from inferometer.protocol import PROTOCOLS

TEXT_BACKENDS = [
    name for name, backend in PROTOCOLS.items() if backend.carries_text
]
"""All but those that carry sound alone."""
