"""What a server can do to a run, and that `inferometer bench` says so: from a fault on the wire to a sentence and an exit code.

Checks that no server can provoke (the host's clock, a busy client, stamps, lost records, Ctrl-C) are tested where they live.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inferometer.cli.main import main
from inferometer.metrics.verdict import CHECKS
from inferometer.simulator import EmbeddedEngine, EngineSettings

BEYOND_PROBES = "--request-id-prefix run-9"
"""Requests are numbered from 90 on then, so that `#9+` spares the few that bench sends first to see how prompts are counted."""

PROVOKED = {
    "something_measured: all requests fail": ("http-503#9+", "", "something_measured", "invalid"),
    "failures: some requests fail": ("no-finish#91", "", "failures", "suspect"),
    "failures: many requests fail": ("error-event:0.3#9+", "", "failures", "invalid"),
    "dropped_arrivals: a server too slow for the cap": (
        "slow-head#9+",
        "--request-rate 500 --max-concurrency 2 --when-full drop",
        "dropped_arrivals",
        "suspect",
    ),
    "schedule_lag: a server too slow for the rate": (
        "slow-head#9+",
        "--request-rate 500 --max-concurrency 2",
        "schedule_lag",
        "suspect",
    ),
    "shared_stamps: a server that holds events back": ("burst#9+", "", "shared_stamps", "invalid"),
    "input_length: a server that adds to prompts": ("long-prompt#9+", "--random-input-len 100", "input_length", "invalid"),
    "output_length: a server that stops early": ("short#9+", "", "output_length", "invalid"),
    "output_length: one answer too short": ("short#91", "", "output_length", "suspect"),
    "output_length: a server that does not stop": ("long#9+", "", "output_length", "invalid"),
    "cached_tokens: a prefix cache": ("cached#9+", "", "cached_tokens", "invalid"),
    "token_source: a server that does not count": ("no-usage#9+", "", "token_source", "suspect"),
    "thin_percentiles: few requests": ("", "", "thin_percentiles", "note"),
}
NOT_PROVOKED = {
    "conservation": "our own books",
    "interruption": "the user, a time limit, a worker that dies",
    "order_of_times": "the host's clock",
    "clock_step": "the host's clock",
    "stamps": "the host's kernel",
    "client_delay": "the host's kernel and a busy client",
    "run_queue": "a busy host",
    "client_cpu": "a busy client",
    "backlog": "a client that is never idle",
}
"""And by whom they are."""

Findings = dict[str, dict[str, Any]]
Bench = Callable[[str, str], tuple[int, str, str, Findings]]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Bench:
    """Runs it against an engine with these faults: exit code, what was printed, status of the verdict, and findings by name."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    def run(faults: str, flags: str) -> tuple[int, str, str, Findings]:
        with EmbeddedEngine(EngineSettings(ttft_ms=4, itl_ms=2), faults=faults) as engine:
            where = ["--base-url", engine.base_url, "--result-dir", str(tmp_path), "--result-filename", "r.json"]
            usual = "--num-prompts 30 --random-input-len 8 --random-output-len 8 --ignore-eos --seed 5 --max-concurrency 4"
            given = f"{usual} {BEYOND_PROBES} --save-result --no-realtime --disable-tqdm {flags}".split()
            monkeypatch.setattr(sys, "argv", ["inferometer", "bench", *where, *given])
            with pytest.raises(SystemExit) as ended:
                main()
        out = capfd.readouterr().out
        verdict = json.loads((tmp_path / "r" / "verdict.json").read_text())
        return int(ended.value.code or 0), out, verdict["status"], {each["name"]: each for each in verdict["findings"]}

    return run


def test_every_check_is_provoked_or_has_its_reason_not_to_be() -> None:
    provoked = {name for _, _, name, _ in PROVOKED.values()}
    assert {check.__name__ for check in CHECKS} == provoked | NOT_PROVOKED.keys()
    assert not provoked & NOT_PROVOKED.keys()


@pytest.mark.parametrize(("faults", "flags", "name", "level"), PROVOKED.values(), ids=PROVOKED.keys())
def test_what_the_server_did_is_named(bench: Bench, faults: str, flags: str, name: str, level: str) -> None:
    code, out, status, findings = bench(faults, flags)
    finding = findings[name]
    assert finding["level"] == level, finding
    assert finding["next_step"]
    assert " ".join(finding["sentence"].split()) in " ".join(out.split())  # wrapped
    assert findings["conservation"]["level"] == "ok"
    if level == "invalid":
        assert (status, code) == ("INVALID", 1)
    elif level == "suspect":
        assert status != "VALID"


def test_the_count_of_each_failure_is_in_the_sentence(bench: Bench) -> None:
    _, out, _, findings = bench("http-429#91,http-503#92,http-503#93,reset#94,stall#95", "--idle-timeout 1")
    figures = findings["failures"]["figures"]
    assert {name: figures[name] for name in ("failed", "HTTP_STATUS", "http_429", "http_503", "RESET", "IDLE_TIMEOUT")} == {
        "failed": 5,
        "HTTP_STATUS": 3,
        "http_429": 1,
        "http_503": 2,
        "RESET": 1,
        "IDLE_TIMEOUT": 1,
    }
    assert "3 HTTP_STATUS (1 × 429, 2 × 503)" in " ".join(out.split())
