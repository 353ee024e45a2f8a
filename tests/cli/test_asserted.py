"""Targets on the command line: `--assert` of `bench` and `run`, and those of a campaign file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from inferometer.cli.asserted import mean_of
from inferometer.cli.main import app
from inferometer.results import Point, Status
from inferometer.simulator import EmbeddedEngine, EngineSettings

CAMPAIGN = """
name: small
result_dir: results
file_name: "{group}_np{n}_{time}.json"
models: {m: tiny}
servers: {s: {kind: external, base_url: "URL"}}
groups: [{id: g, model: m, server: s}]
workload: {input_len: 8, output_len: 3}
sampling: {ignore_eos: true}
matrix: {num_prompts: [1, 2]}
"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with EmbeddedEngine(EngineSettings(ttft_ms=60, itl_ms=20), model="tiny") as engine:
        yield engine.base_url


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def inferometer(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def bench(url: str, *words: str) -> Result:
    sizes = ("--num-prompts", "3", "--random-input-len", "8", "--random-output-len", "3", "--ignore-eos", "--allow-invalid")
    return inferometer("bench", "--base-url", url, *sizes, *words)


def test_a_run_that_reaches_its_targets(url: str) -> None:
    result = bench(url, "--assert", "completed >= 3", "--assert", "p97_e2el_ms < 1e9 if input_len=8")
    assert result.exit_code == 0, result.output
    assert "Targets:\n  reached  completed >= 3 " in result.stdout
    assert "P97" in result.stdout, "a percentile that is asked for is computed"


def test_a_run_that_misses_one(url: str) -> None:
    result = bench(url, "--assert", "completed >= 3", "--assert", "completed > 3", "--assert", "request_goodput > 0")
    assert result.exit_code == 1
    assert "MISSED   completed > 3 " in result.stdout
    assert "it was not measured" in result.stdout


def test_repeats_are_held_against_it_by_their_mean(url: str) -> None:
    result = bench(url, "--repeats", "2", "--assert", "completed >= 3")
    assert result.exit_code == 0, result.output
    assert result.stdout.count("reached  completed >= 3 ") == 1


def test_what_is_no_target_is_refused_before_anything_is_sent() -> None:
    result = bench("http://127.0.0.1:1", "--assert", "fast", "--assert", "p99_tft_ms < 1")
    assert result.exit_code == 2
    assert "'fast' is no target" in result.stderr
    assert "did you mean 'p99_ttft_ms'?" in result.stderr


def test_a_campaign_and_its_targets(url: str) -> None:
    Path("reached.yaml").write_text(CAMPAIGN.replace("URL", url) + 'targets: {completed: "> 0", output_throughput: "> 0.001"}')
    first = inferometer("run", "reached.yaml", "--allow-invalid")
    assert first.exit_code == 0, first.output
    assert "reached  completed > 0 " in first.stdout
    assert "load  " in first.stdout, "the table of results"
    again = inferometer("run", "reached.yaml", "--allow-invalid", "--assert", "every completed > 1")
    assert again.exit_code == 1
    assert "MISSED   every completed > 1" in again.stdout
    assert "g/np1" in again.stdout.partition("MISSED")[2]


def test_a_rehearsal_is_held_against_what_is_asserted_alone() -> None:
    Path("c.yaml").write_text(CAMPAIGN.replace("URL", "http://127.0.0.1:1") + 'targets: {output_throughput: "> 1e9"}')
    result = inferometer("run", "c.yaml", "--embedded", "--allow-invalid")
    assert result.exit_code == 0, result.output
    assert "The campaign's targets are not for a rehearsal" in result.stdout
    assert inferometer("run", "c.yaml", "--embedded", "--allow-invalid", "--assert", "output_throughput>1e9").exit_code == 1


def test_a_target_of_a_metric_that_does_not_exist_is_told_before_the_campaign() -> None:
    Path("c.yaml").write_text(CAMPAIGN.replace("URL", "http://127.0.0.1:1") + 'targets: {output_troughput: "> 1"}')
    result = inferometer("run", "c.yaml", "--embedded")
    assert result.exit_code == 2
    assert "did you mean 'output_throughput'?" in result.stderr
    assert not Path("results-embedded").exists()


def test_repeats_have_the_worst_verdict_among_them() -> None:
    def run(value: float, status: Status) -> Point:
        return Point(
            "x", Path("x"), "inferometer", {}, {"completed": value, **({} if value else {"failed": 1.0})}, status=status
        )

    both = mean_of([run(4, "VALID"), run(0, "SUSPECT")])
    assert (both.values, both.status) == ({"completed": 2}, "SUSPECT")
