"""Memory of accelerators: what the tools print is read right, and nobody waits for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from inferometer.server import accelerator_memory
from inferometer.server.accelerator_memory import (
    parse_nvidia_smi,
    used_mib,
    wait_released,
)


def test_what_nvidia_smi_prints() -> None:
    printed = (
        "GPU-5b2c0a3e-6f3b-9b55-3a83-6a4f4ee0e5a1, 74021\n"
        "GPU-0a1f2b3c-1111-2222-3333-444455556666, [N/A]\n"
        "Unable to determine the device handle for GPU0000:03:00.0: Unknown Error\n"
    )
    assert parse_nvidia_smi(printed) == {
        "GPU-5b2c0a3e-6f3b-9b55-3a83-6a4f4ee0e5a1": 74021.0
    }


def test_what_the_drivers_files_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for card, used in (("card0", "27947008"), ("card1", "not a number")):
        (tmp_path / card / "device").mkdir(parents=True)
        (tmp_path / card / "device" / "mem_info_vram_used").write_text(
            used + "\n", encoding="utf-8"
        )
    (tmp_path / "card0-DP-1").mkdir()
    monkeypatch.setattr(accelerator_memory, "DRM", tmp_path)
    monkeypatch.setattr(
        accelerator_memory, "NVIDIA_SMI", (str(tmp_path / "no-such-program"),)
    )
    assert used_mib() == {"card0": 27947008 / 2**20}


def test_a_tool_that_fails_is_no_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accelerator_memory, "DRM", tmp_path)
    monkeypatch.setattr(accelerator_memory, "NVIDIA_SMI", ("false",))
    assert used_mib() == {}


def test_waiting_ends_when_every_card_has_its_memory_back() -> None:
    readings = iter(
        [
            {"a": 30000.0, "b": 100.0},
            {"a": 600.0, "b": 29000.0},
            {"a": 511.0, "b": 40.0},
        ]
    )
    pauses: list[float] = []
    assert (
        wait_released(
            {"a": 0.0, "b": 50.0},
            read=lambda: next(readings),
            pause=pauses.append,
        )
        == {}
    )
    assert len(pauses) == 2


def test_waiting_is_bounded_and_tells_what_is_held() -> None:
    pauses: list[float] = []
    held = wait_released(
        {"a": 100.0},
        read=lambda: {"a": 9100.0, "new": 5e4},
        pause=pauses.append,
        timeout_s=3.0,
    )
    assert held == {"a": 9000.0}
    assert sum(pauses) == pytest.approx(3.0)


def test_where_nothing_could_be_read_nobody_waits() -> None:
    def read() -> dict[str, float]:
        raise AssertionError("read for nothing")

    pauses: list[float] = []
    assert wait_released({}, read=read, pause=pauses.append) == {}
    assert pauses == []
