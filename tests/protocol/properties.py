"""How properties are tested here: the same examples every time, however slow the machine."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

repeatable = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
