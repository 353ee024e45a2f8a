"""`inferometer engine`: which flags go together, and what a twin says of itself."""

from __future__ import annotations

from typing import Any

import pytest
from typer import BadParameter

from inferometer.cli.main import load_verb
from inferometer.engine import EngineSettings, serve
from inferometer.engine.api import FrontSettings
from inferometer.engine.twin.configuration import TwinSettings

TWIN = ["--twin", "r9700", "--max-model-len", "1280"]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the engine would be started with."""
    seen: list[Any] = []

    def note(settings: Any, front: FrontSettings) -> int:
        seen.extend((settings, front))
        return 0

    monkeypatch.setattr(serve, "serve", note)
    return seen


def run(*flags: str) -> None:
    load_verb("engine").main(list(flags), standalone_mode=False)


def test_set_times_are_the_default(served: list[Any]) -> None:
    run("--ttft-ms", "7")
    settings, front = served
    assert settings == EngineSettings(ttft_ms=7)
    assert front.model == "embedded"


def test_a_twin_has_the_settings_that_vllm_has(
    served: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    run(
        *TWIN,
        *("--tp", "2", "--link", "pcie4x8", "--max-num-seqs", "64"),
        *("--stack", "vllm-0.10.2-eager", "--host-profile", "threadripper"),
        *("--no-enable-prefix-caching", "--speed", "10"),
    )
    settings, front = served
    assert settings == TwinSettings(
        card="r9700",
        model="llama-3.1-8b",
        stack="vllm-0.10.2-eager",
        host="threadripper",
        tp=2,
        link="pcie4x8",
        max_model_len=1280,
        max_num_seqs=64,
        prefix_caching=False,
        speed=10,
    )
    assert front.model.startswith("simulated-llama-3.1-8b-r9700-tp2-pcie4x8")
    said = capsys.readouterr().err
    assert said.startswith("Simulated, not measured: ")
    assert "threadripper.intake_us" in said


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--tp", "2"], "--tp: only a twin has this"),
        (["--speed", "1", "--link", "x"], "--link, --speed: only a twin"),
        ([*TWIN, "--itl-ms", "3"], "--itl-ms: a twin has its own timing"),
        (["--twin", "r9701"], "There is no profile r9701 among the cards"),
        ([*TWIN, "--tp", "3"], "no figures of a link between 3 cards"),
        (
            [*TWIN, "--tp", "2", "--link", "isa"],
            "no profile isa among the links",
        ),
        ([*TWIN, "--speed", "0"], "speed is 0.0: set a finite number above 0"),
        ([*TWIN, "--tp", "0"], "tp is 0: set at least 1"),
        (
            [*TWIN, "--gpu-memory-utilization", "90"],
            "gpu_memory_utilization is 90.0: set a number above 0 and up to 1",
        ),
        (
            ["--twin", "r9700", "--max-model-len", "999999"],
            "the model has at most 131072",
        ),
        (
            ["--twin", "r9700", "--model-profile", "llama-3.1-70b"],
            "No available memory for the cache blocks. Try increasing",
        ),
        (
            ["--twin", "r9700"],
            "To serve at least one request with the models's max seq len (131072), (16.00 GiB KV",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    served: list[Any], flags: list[str], said: str
) -> None:
    with pytest.raises(BadParameter) as refused:
        run(*flags)
    assert served == []
    assert said in str(refused.value)
