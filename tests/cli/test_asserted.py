"""Targets on the command line: `--assert` of `bench` and `run`, and those of a campaign file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from inferometer.analysis.targets import mean_of
from inferometer.cli.main import app
from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.results import Point, Status

CAMPAIGN = """
name: small
result_dir: results
telemetry: false
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
    with EmbeddedEngine(
        EngineSettings(ttft_ms=60, itl_ms=20), model="tiny"
    ) as engine:
        yield engine.base_url


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def inferometer(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def bench(url: str, *words: str) -> Result:
    sizes = (
        "--num-prompts",
        "3",
        "--random-input-len",
        "8",
        "--random-output-len",
        "3",
        "--ignore-eos",
        "--allow-invalid",
        "--no-telemetry",
    )
    return inferometer("bench", "--base-url", url, *sizes, *words)


def test_a_run_that_reaches_its_targets(url: str) -> None:
    result = bench(
        url,
        "--assert",
        "completed >= 3",
        "--assert",
        "p97_e2el_ms < 1e9 if input_len=8",
    )
    assert result.exit_code == 0, result.output
    assert "Targets:\n  reached  completed >= 3 " in result.stdout
    assert "P97" in result.stdout, "a percentile that is asked for is computed"


def test_a_run_that_misses_one(url: str) -> None:
    result = bench(
        url,
        "--assert",
        "completed >= 3",
        "--assert",
        "completed > 3",
        "--assert",
        "completed > 0 if tp=4",
    )
    assert result.exit_code == 1
    assert "MISSED   completed > 3 " in result.stdout
    assert "it was not measured: nothing here has tp=4" in result.stdout


@pytest.mark.parametrize(
    "metric",
    [
        "request_goodput",
        "scaling_efficiency",
        "cost_per_million_tokens",
        "joules_per_good_token",
    ],
)
def test_what_a_run_cannot_measure_is_refused_before_it(metric: str) -> None:
    result = bench("http://127.0.0.1:1", "--assert", f"{metric} > 0")
    assert result.exit_code == 2
    assert (
        f"--assert: The target '{metric} > 0' cannot be checked: "
        in result.stderr
    )


def test_a_machine_that_is_not_sampled_has_no_targets() -> None:
    result = bench(
        "http://127.0.0.1:1", "--no-telemetry", "--assert", "energy < 9"
    )
    assert result.exit_code == 2
    assert "energy needs samples of the machine" in result.stderr


def test_goodput_can_be_asserted_where_its_limits_are_given(url: str) -> None:
    result = bench(
        url, "--goodput", "e2el:1e6", "--assert", "request_goodput > 0"
    )
    assert result.exit_code == 0, result.output


def test_repeats_are_held_against_it_by_their_mean(url: str) -> None:
    result = bench(url, "--repeats", "2", "--assert", "completed >= 3")
    assert result.exit_code == 0, result.output
    assert result.stdout.count("reached  completed >= 3 ") == 1


def test_what_is_no_target_is_refused_before_anything_is_sent() -> None:
    result = bench(
        "http://127.0.0.1:1", "--assert", "fast", "--assert", "p99_tft_ms < 1"
    )
    assert result.exit_code == 2
    assert "'fast' is no target" in result.stderr
    assert "did you mean 'p99_ttft_ms'?" in result.stderr


def test_a_campaign_and_its_targets(url: str) -> None:
    Path("reached.yaml").write_text(
        CAMPAIGN.replace("URL", url)
        + 'targets: {completed: "> 0", output_throughput: "> 0.001"}'
    )
    first = inferometer("run", "reached.yaml", "--allow-invalid")
    assert first.exit_code == 0, first.output
    assert "reached  completed > 0 " in first.stdout
    assert "load  " in first.stdout, "the table of results"
    again = inferometer(
        "run",
        "reached.yaml",
        "--allow-invalid",
        "--assert",
        "every completed > 1",
    )
    assert again.exit_code == 1
    assert "MISSED   every completed > 1" in again.stdout
    assert "g/np1" in again.stdout.partition("MISSED")[2]


def test_a_rehearsal_is_held_against_what_is_asserted_alone() -> None:
    Path("c.yaml").write_text(
        CAMPAIGN.replace("URL", "http://127.0.0.1:1")
        + 'targets: {output_throughput: "> 1e9"}'
    )
    result = inferometer("run", "c.yaml", "--embedded", "--allow-invalid")
    assert result.exit_code == 0, result.output
    assert "The campaign's targets are not for a rehearsal" in result.stdout
    assert (
        inferometer(
            "run",
            "c.yaml",
            "--embedded",
            "--allow-invalid",
            "--assert",
            "output_throughput>1e9",
        ).exit_code
        == 1
    )


def test_a_target_of_a_metric_that_does_not_exist_is_told_before_the_campaign() -> (
    None
):
    Path("c.yaml").write_text(
        CAMPAIGN.replace("URL", "http://127.0.0.1:1")
        + 'targets: {output_troughput: "> 1"}'
    )
    result = inferometer("run", "c.yaml", "--embedded")
    assert result.exit_code == 2
    assert "did you mean 'output_throughput'?" in result.stderr
    assert not Path("results-embedded").exists()


@pytest.mark.parametrize(
    ("metric", "given"),
    [
        ("request_goodput", "goodput: {ttft: 1e6}"),
        ("cost_per_million_tokens", "cost_per_hour: 2"),
    ],
)
def test_a_target_that_a_campaign_can_never_reach_is_told_before_it(
    metric: str, given: str, url: str
) -> None:
    Path("c.yaml").write_text(
        CAMPAIGN.replace("URL", "http://127.0.0.1:1")
        + f'targets: {{{metric}: "> 0"}}'
    )
    result = inferometer("run", "c.yaml")
    assert (result.exit_code, "cannot be checked" in result.stderr) == (2, True)
    assert (
        inferometer(
            "run", "c.yaml", "--assert", "tokens_per_joule > 1"
        ).exit_code
        == 2
    )
    Path("d.yaml").write_text(
        CAMPAIGN.replace("URL", url) + f'targets: {{{metric}: "> 0"}}\n{given}'
    )
    result = inferometer("run", "d.yaml", "--allow-invalid")
    assert result.exit_code == 0, result.output


def test_a_percentile_that_was_not_asked_for_is_computed_from_the_requests(
    url: str,
) -> None:
    Path("c.yaml").write_text(CAMPAIGN.replace("URL", url))
    assert inferometer("run", "c.yaml", "--allow-invalid").exit_code == 0
    again = inferometer(
        "run", "c.yaml", "--allow-invalid", "--assert", "p83_ttft_ms < 1e6"
    )
    assert again.exit_code == 0, again.output
    for assertions, code in (
        (("p95_ttft_ms<1e6", "p97.5_itl_ms<1e6", "p50_tpot_ms<1e6"), 0),
        (("p95.0_e2el_ms<1e-6",), 1),
    ):
        words = [word for each in assertions for word in ("--assert", each)]
        result = inferometer("report", "results", *words)
        assert result.exit_code == code, result.output
        assert "not measured" not in result.output
    result = inferometer(
        "compare", "results", "results", "--metric", "p95_ttft_ms"
    )
    assert "p95 TTFT (ms)" in result.stdout, result.output


def test_a_part_of_a_campaign_does_not_miss_targets_of_the_rest(
    url: str,
) -> None:
    Path("c.yaml").write_text(
        CAMPAIGN.replace("URL", url)
        + 'targets: {completed: "> 0 if num_prompts=2"}'
    )
    result = inferometer("run", "c.yaml", "--allow-invalid", "--only", "g/np1")
    assert result.exit_code == 0, result.output
    assert "not checked  completed > 0 if num_prompts=2" in result.stdout


def test_a_gate_that_no_planned_point_decides_is_refused_before_the_run(
    url: str,
) -> None:
    Path("c.yaml").write_text(
        CAMPAIGN.replace("URL", url)
        + 'targets: {completed: "> 0 if num_prompts=99"}'
    )
    own = inferometer("run", "c.yaml", "--allow-invalid")
    asserted = inferometer(
        "run",
        "c.yaml",
        "--allow-invalid",
        "--only",
        "g/np1",
        "--assert",
        "completed>0 if tp=9",
    )
    for result, where in ((own, "num_prompts=99"), (asserted, "tp=9")):
        assert result.exit_code == 2
        assert (
            f"cannot be checked: no point of this run has {where}"
            in result.stderr
        )
    assert not Path("results").exists()


def test_repeats_have_the_worst_verdict_among_them() -> None:
    def run(value: float, status: Status) -> Point:
        return Point(
            "x",
            Path("x"),
            "inferometer",
            {},
            {"completed": value, **({} if value else {"failed": 1.0})},
            status=status,
        )

    both = mean_of([run(4, "VALID"), run(0, "SUSPECT")])
    assert (both.values, both.status) == ({"completed": 2}, "SUSPECT")
