"""`inferometer monitor`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inferometer.engine import EmbeddedEngine, EngineSettings
from tests.cli.conftest import Command
from tests.telemetry.trees import plant, plant_capture


@pytest.fixture(autouse=True)
def no_tools(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setattr(
        "inferometer.telemetry.smi.COMMANDS",
        {"amd": ["no"], "hygon": ["no"]},
    )


def test_one_sample_as_json(inferometer: Command, tmp_path: Path) -> None:
    root = plant_capture(tmp_path, "amd_sysfs_rx9070.json")
    code, out, err = inferometer("monitor", "--once", "--json", "--root", root)
    assert (code, err) == (0, "")
    (card,) = json.loads(out)["cards"]
    assert card["readings"]["power_w"]["value"] == 49.0
    assert card["readings"]["energy_j"] == {
        "value": None,
        "unit": "J",
        "source": "sys/class/drm/card1/device/gpu_metrics energy_accumulator",
        "reason": "unit_unknown",
    }


def test_the_server_of_a_sample_as_json(
    inferometer: Command, tmp_path: Path
) -> None:
    """Its page's values; without an address it is not named at all."""
    flags = ("monitor", "--once", "--json", "--root", tmp_path)
    with EmbeddedEngine(EngineSettings(ttft_ms=1, itl_ms=1)) as engine:
        _, out, _ = inferometer(*flags, "--base-url", engine.base_url)
        running = json.loads(out)["server"]["readings"]["running"]
    assert (running["value"], running["unit"]) == (0, "1")
    assert running["source"]
    _, out, _ = inferometer(*flags, "--url", "http://127.0.0.1:1")
    assert json.loads(out)["server"] == {"readings": {}, "reason": "no_source"}
    _, out, _ = inferometer(*flags)
    assert "server" not in json.loads(out)


def test_a_narrow_slot_is_shown(inferometer: Command, tmp_path: Path) -> None:
    root = plant_capture(tmp_path, "pci_rdna4_slot_x8.json")
    code, out, _ = inferometer("monitor", "--once", "--root", root)
    row = next(
        line for line in out.splitlines() if line.startswith("0000:03:00.0 ")
    )
    assert (code, row.endswith("16 GT/s x8")) == (0, True)
    assert "no power is read (nothing here reads it for this card)" in out


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "No accelerator is seen here"),
        ("zh-CN", "没有发现加速卡"),
        ("zh-TW", "找不到加速卡"),
    ],
)
def test_a_machine_without_cards_says_what_to_do(
    inferometer: Command, tmp_path: Path, language: str, said: str
) -> None:
    root = plant(tmp_path, {"proc/loadavg": "0.5 0.5 0.5 1/2 3\n"})
    code, out, _ = inferometer(
        "--lang", language, "monitor", "--once", "--root", root
    )
    assert code == 0
    assert said in out


def test_a_root_that_is_not_there(inferometer: Command, tmp_path: Path) -> None:
    code, _, err = inferometer(
        "monitor", "--once", "--root", tmp_path / "absent"
    )
    assert code == 2
    assert "absent" in err
