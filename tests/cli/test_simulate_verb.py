"""`inferometer simulate` as a user calls it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from inferometer.cli.main import app
from inferometer.results.reader import read

CAMPAIGN = """
name: small
result_dir: results
twin: r9700
models: {m: meta-llama/Llama-3.1-8B}
servers: {s: {kind: process, command: "vllm serve {model}", max_model_len: 512}}
groups: [{id: g, model: m, server: s}]
workload: {input_len: 64, output_len: 16}
sampling: {ignore_eos: true}
matrix: {max_concurrency: [1, 4]}
load: {num_prompts: 8}
"""


@pytest.fixture(autouse=True)
def campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "small.yaml"
    path.write_text(CAMPAIGN)
    return path


def simulate(*words: object) -> Result:
    return CliRunner().invoke(app, ["simulate", *map(str, words)])


def test_it_runs_to_its_end_and_is_then_done(campaign: Path) -> None:
    done = simulate(campaign)
    assert done.exit_code == 0, done.output
    assert "2 points: 2 valid" in done.stdout
    assert "Simulated, not measured: " in done.stdout
    assert "times as fast as real time" in done.stdout
    assert "90% intervals of the twin's error" in done.stdout
    assert "No profile was fitted to 2 of 2 points" in done.stdout
    assert len([*Path("results-simulated").glob("*.json")]) == 2
    assert not Path("results").exists()
    again = simulate(campaign)
    assert again.exit_code == 0
    assert "[1/2]" in done.stdout
    assert "[1/2]" not in again.stdout


@pytest.mark.parametrize("verb", [("simulate",), ("run", "--embedded")])
def test_a_card_of_unverified_rates_is_named(
    campaign: Path, verb: tuple[str, ...]
) -> None:
    told = "Unverified for {}: bandwidth_gb_s = 896, dense_tflops = 100."
    for card, times in (("r9700", 0), ("k100-ai", 1)):
        done = CliRunner().invoke(
            app,
            [*verb, str(campaign), "--set", f"twin={card}", "--allow-invalid"],
        )
        assert done.exit_code == 0, done.output
        assert done.stdout.count(told.format(card)) == times
        where = "simulated" if verb == ("simulate",) else "embedded"
        points = read([Path(f"results-{where}")]).points
        notes = (str(note) for point in points for note in point.notes)
        said = {note for note in notes if note.startswith("Nobody has")}
        assert len(said) == times
        assert all("k100-ai: " in note for note in said)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("results-of-others",), "results-of-others is a directory"),
        (("small.yaml", "--fitted", "gone.yaml"), "gone.yaml cannot be read"),
        (("small.yaml", "--fitted", "results-of-others"), "cannot be read"),
        (("small.yaml", "--fitted", "small.yaml"), "small.yaml: This is no"),
        (("small.yaml", "--fitted", "noise"), "noise: This is no profile"),
    ],
)
def test_files_that_are_none_are_named(
    words: tuple[str, ...], told: str
) -> None:
    Path("results-of-others").mkdir()
    Path("noise").write_bytes(bytes(range(256)))
    done = simulate(*words)
    assert done.exit_code == 2, done.output
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_profile_needs_a_twin(campaign: Path) -> None:
    for verb in ("run", "plan"):
        words = [verb, str(campaign), "--fitted", "f.yaml"]
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 2, done.output
        assert "--fitted is about twins" in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--assert", "mean_tpot_ms < 1"), 1, "mean_tpot_ms"),
        (("--set", "twin=null"), 2, "add `twin: CARD`"),
        (("--set", "twin=nothing"), 2, "r9700"),
        (("--set", "models.m=nobody/knows-it"), 2, "no profile of the model"),
    ],
)
def test_exit_codes(
    campaign: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    done = simulate(campaign, *words)
    assert done.exit_code == code, done.output
    assert told in done.output
