"""`bench --repeats` and a campaign with repeats say the same numbers and words of the same runs."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from inferometer.cli.main import app
from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.metrics import Finding, Level, Summary, Verdict, summarize
from inferometer.metrics.statistics import Interval

THROUGHPUTS = (825.0, 830.5, 810.25, 841.0, 822.125)
TTFTS_MS = (13.2, 13.4, 13.1, 13.9, 13.3)

CAMPAIGN = """
name: small
result_dir: results
telemetry: false
models: {{m: embedded}}
servers: {{s: {{kind: external, base_url: "{url}"}}}}
groups: [{{id: g, model: m, server: s}}]
workload: {{input_len: 8, output_len: 3}}
load: {{num_prompts: 2}}
sampling: {{ignore_eos: true}}
metrics: [ttft, tpot, itl]
matrix: {{num_prompts: {prompts}}}
repeats: 5
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[EmbeddedEngine]:
    with EmbeddedEngine(EngineSettings(ttft_ms=1, itl_ms=0.2)) as engine:
        yield engine


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (
        "OPENAI_API_KEY",
        "NUM_PROMPTS_START",
        "NUM_PROMPTS_END",
        "VLLM_SERVER_URL",
    ):
        monkeypatch.delenv(name, raising=False)


def figures() -> Callable[..., Summary]:
    """In the place of `summarize`: the same five runs, whoever measures."""
    runs = iter(list(zip(THROUGHPUTS, TTFTS_MS, strict=True)) * 4)

    def of_a_run(trace: Any, **options: Any) -> Summary:
        summary = summarize(trace, **options)
        throughput, ttft_ms = next(runs)
        metrics = {
            name: replace(each, mean=5.0)
            for name, each in summary.metrics.items()
        }
        metrics["ttft"] = replace(
            metrics["ttft"], mean=ttft_ms, percentiles={"p99": 2 * ttft_ms}
        )
        own = Interval(
            throughput - 1, throughput + 1, 40.0, "batch means", 0.95
        )
        intervals = {"output_throughput": own}
        return replace(
            summary,
            request_throughput=throughput / 3,
            output_throughput=throughput,
            metrics=metrics,
            intervals=intervals,
        )

    return of_a_run


def verdicts(invalid: int | None) -> Callable[..., Verdict]:
    """In the place of `judge`: VALID, but for one run of five."""
    numbers = iter(list(range(1, 6)) * 4)

    def judge(*_: Any, **__: Any) -> Verdict:
        level = Level.INVALID if next(numbers) == invalid else Level.OK
        return Verdict(
            (
                Finding(
                    "test", level, "found", written=("The test says so.", "")
                ),
            )
        )

    return judge


def told(
    monkeypatch: pytest.MonkeyPatch, invalid: int | None, *words: object
) -> Result:
    monkeypatch.setattr("inferometer.metrics.summary.summarize", figures())
    monkeypatch.setattr("inferometer.metrics.verdict.judge", verdicts(invalid))
    return CliRunner().invoke(app, [str(word) for word in words])


def by_bench(engine: EmbeddedEngine) -> list[str]:
    line = "--num-prompts 2 --random-input-len 8 --random-output-len 3 --ignore-eos --quiet"
    address = ["--base-url", engine.base_url, "--no-realtime", "--no-telemetry"]
    return ["bench", *address, *line.split(), "--repeats", "5"]


def block_of(output: str) -> list[str]:
    """From the title of the table to the first line that is empty or of something else."""
    lines = output.splitlines()
    first = next(
        number for number, line in enumerate(lines) if " Repeats ==" in line
    )
    rest = [line.partition(":")[0] for line in lines[first:]]
    ends = [
        number
        for number, head in enumerate(rest)
        if head in ("", "Targets", "Saved")
    ]
    return lines[first : first + min(ends, default=len(rest))]


@pytest.mark.parametrize("invalid", [None, 3])
def test_the_same_five_repeats_are_told_alike(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch, invalid: int | None
) -> None:
    Path("small.yaml").write_text(
        CAMPAIGN.format(url=engine.base_url, prompts=[2])
    )
    bench = told(monkeypatch, invalid, *by_bench(engine))
    run = told(monkeypatch, invalid, "run", "small.yaml")
    assert (bench.exit_code, run.exit_code) == (
        (0, 0) if invalid is None else (1, 1)
    )
    assert block_of(bench.output) == block_of(run.output)
    text = " ".join(block_of(run.output))
    assert ("Left out: 3 (INVALID)." in text) is (invalid is not None)
    if invalid is None:
        assert "825.7" in text, "their mean"
        assert "Run-to-run variation: Throughput of output varies" in text


def test_of_many_points_a_line_each_says_the_same_numbers_and_words(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("small.yaml").write_text(
        CAMPAIGN.format(url=engine.base_url, prompts=[1, 2, 3, 4])
    )
    bench = told(monkeypatch, None, *by_bench(engine))
    run = told(monkeypatch, None, "run", "small.yaml")
    block = block_of(bench.output)
    mean, low, _, high, *_ = block[3].partition(":")[2].split()
    lines = run.output.splitlines()
    heads = [
        number for number, line in enumerate(lines) if "  5 repeats: " in line
    ]
    assert [lines[number].split()[0] for number in heads] == [
        f"g/np{n}" for n in (1, 2, 3, 4)
    ]
    for number in heads:
        assert (
            f"5 repeats: {mean} ({low} – {high}) tok/s, TTFT 13.38 ("
            in lines[number]
        )
        below = itertools.takewhile(
            lambda line: line.startswith("      "), lines[number + 1 :]
        )
        words = " ".join(line.strip() for line in below)
        assert words == " ".join(block[block.index("=" * 80) + 1 :])


def test_a_campaign_without_repeats_says_nothing_of_them(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = CAMPAIGN.format(url=engine.base_url, prompts=[1, 2])
    Path("small.yaml").write_text(content.replace("repeats: 5", "repeats: 1"))
    run = told(monkeypatch, None, "run", "small.yaml")
    assert run.exit_code == 0, run.output
    assert "repeat" not in run.output.lower()
