"""No tool of this machine answers."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def no_tools(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setattr(
        "inferometer.telemetry.smi.COMMANDS",
        {"amd": ["no"], "hygon": ["no"]},
    )
