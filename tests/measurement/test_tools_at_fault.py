"""Tools of vendors that misbehave during a real run: no number is disturbed, and the result names
the cause.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.measurement import samplers
from inferometer.measurement.session import PointResult, Session
from inferometer.metrics import Level
from inferometer.server.endpoint import Endpoint
from inferometer.spec.output import Output
from inferometer.spec.run import (
    Load,
    RandomWorkload,
    RunSpec,
    Sampling,
    Target,
)
from inferometer.trace import Outcome
from tests.telemetry.trees import CAPTURES, plant, port, tool

REQUESTS, TOKENS = 12, 30
NVIDIA, HYGON = 0x10DE, 0x1D94
H100 = shlex.quote(str(CAPTURES / "nvidia-smi_h100.csv"))
K100 = shlex.quote(str(CAPTURES / "hy-smi_k100_ai.json"))

AT_FAULT = {
    "hangs": (NVIDIA, "nvidia-smi", "sleep 30", "hung", ""),
    "half a document": (
        HYGON,
        "hy-smi",
        f"head -c 400 {K100}",
        "unknown_format",
        "hy-smi",
    ),
    "vanishes": (
        NVIDIA,
        "nvidia-smi",
        f'cat {H100}; rm "$0"',
        "tool_failed",
        "nvidia-smi",
    ),
    "needs root": (
        NVIDIA,
        "nvidia-smi",
        "echo 'nvidia-smi: permission denied' >&2; exit 1",
        "tool_failed",
        "exit code 1: nvidia-smi: permission denied",
    ),
}
"""The card's vendor, its tool and what this does; how it is named in the result."""


@pytest.fixture(scope="module")
def engine() -> Iterator[EmbeddedEngine]:
    with EmbeddedEngine(EngineSettings(ttft_ms=20, itl_ms=5)) as engine:
        yield engine


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("FIRST_S", 1.0), ("LAST_S", 1.0), ("HANGS_S", 0.5)):
        monkeypatch.setattr(samplers, name, value)


def measured(engine: EmbeddedEngine, root: Path) -> PointResult:
    with Session(
        Endpoint(engine.base_url), Output(), real_time=False, root=root
    ) as session:
        ready = session.prepare(
            RunSpec(
                target=Target(model="embedded"),
                workload=RandomWorkload(input_len=8, output_len=TOKENS),
                load=Load(num_prompts=REQUESTS, max_concurrency=4),
                sampling=Sampling(ignore_eos=True),
            )
        )
        return session.measure(ready)


@pytest.mark.parametrize("fault", AT_FAULT)
def test_a_tool_at_fault_is_named_and_disturbs_no_number(
    fault: str,
    engine: EmbeddedEngine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vendor, name, script, state, detail = AT_FAULT[fault]
    programs = tmp_path / "bin"
    programs.mkdir()
    tool(programs, name, script)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    way = "pci0000:00/0000:00:09.0"
    root = plant(tmp_path / "root", port(way, vendor, 0x030200, "32.0x16"))
    result = measured(engine, root)
    assert result.telemetry is not None
    told = {
        each.name: each
        for each in result.telemetry.samplers
        if each.name != "host"
    }
    ((_, at_fault),) = told.items()
    assert at_fault.state == state
    assert detail in at_fault.detail
    answered = result.trace.with_outcome(Outcome.OK).requests
    assert answered["output_tokens"].tolist() == [TOKENS] * REQUESTS
    named = {each.name: each for each in result.verdict.findings}
    assert detail in named["samplers"].sentence
    assert named["samplers"].level == Level.NOTE
    machine = result.summary.machine
    assert machine is not None
    assert machine.values["energy"] is None
    assert machine.reasons["energy"]
