"""`inferometer capacity` as a user calls it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner, Result

from inferometer.cli.main import app

LOAD = ("--input-len", 256, "--output-len", 16, "--max-model-len", 2048)


def capacity(*words: object) -> Result:
    return CliRunner().invoke(app, ["capacity", *map(str, words)])


def test_the_cheapest_that_meets_the_targets_comes_first() -> None:
    done = capacity(
        *("--card", "h100", "--card", "r9700", "--tp", 1, *LOAD),
        *("--request-rate", 4, "--price", "r9700=0.5", "--price", "h100=3"),
    )
    assert done.exit_code == 0, done.output
    assert "Simulated, not measured" in done.stdout
    assert done.stdout.index("× r9700") < done.stdout.index("× h100")
    assert "inferometer bench" in done.stdout
    assert "●" in done.stdout
    assert "unfitted" in done.stdout


def test_json_says_that_it_is_simulated() -> None:
    done = capacity(
        *("--card", "r9700", "--tp", 1, "--tp", 2, "--max-concurrency", 4),
        *("--link", "pcie5x8", "--link", "pcie5x16", "--json", *LOAD),
    )
    answers = json.loads(done.stdout)
    assert len(answers) == 3  # a link is between cards
    for each in answers:
        assert each["simulated"] is True
        assert each["power_fitted"] is False
        assert each["cost_per_hour"] is None
        tpot = each["values"]["mean_tpot_ms"]
        assert tpot["low"] < tpot["value"] < tpot["high"]


def test_none_is_exit_code_1() -> None:
    done = capacity(
        *("--card", "r9700", "--tp", 1, "--request-rate", 2, *LOAD),
        *("--assert", "p99_ttft_ms < 1"),
    )
    assert done.exit_code == 1
    assert "No deployment meets" in done.stdout
    full = capacity(
        *("--card", "r9700", "--tp", 1, "--request-rate", 2, *LOAD),
        *("--model-profile", "llama-3.1-70b"),
    )
    assert full.exit_code == 1
    assert "gpu_memory_utilization" in full.stdout
    assert "No deployment starts" in full.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "--request-rate"),
        (("--request-rate", 1, "--max-concurrency", 1), "--max-concurrency"),
        (("--request-rate", 0), "above 0"),
        (("--request-rate", "nan"), "above 0"),
        (("--request-rate", 1, "--card", "none"), "none"),
        (("--request-rate", 1, "--price", "r9700"), "CARD=PER_HOUR"),
        (("--request-rate", 1, "--price", "r9700=nan"), "CARD=PER_HOUR"),
        (("--request-rate", 1, "--assert", "luck > 1"), "luck"),
        (("--request-rate", 1, "--assert", "fast"), "fast"),
        (("--request-rate", 1, "--fitted", "/none"), "cannot be read"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    words: tuple[object, ...], says: str
) -> None:
    done = capacity("--card", "r9700", "--tp", 1, *LOAD, *words)
    assert done.exit_code == 2, done.output
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
