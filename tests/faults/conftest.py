"""What a server does wrong is measured as users measure it."""

from __future__ import annotations

import pytest

from inferometer.spec.flags import ARRIVALS


@pytest.fixture(autouse=True)
def default_arrivals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ARRIVALS)
