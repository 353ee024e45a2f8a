"""What `run` shows and judges is the run's own: not another result with the same name, of other
settings or another server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from inferometer.cli.main import app
from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.store.campaign.state import read_campaign_state

CAMPAIGN = """
name: small
result_dir: results
telemetry: false
file_name: "{group}_c{c}_n{n}_{time}.json"
models: {m: tiny}
servers: {s: {kind: external, base_url: "http://127.0.0.1:1"}}
groups: [{id: g, model: m, server: s}]
workload: {input_len: 8, output_len: 3}
sampling: {ignore_eos: true}
load: {num_prompts: 4}
matrix: {max_concurrency: [2]}
"""


@pytest.fixture(autouse=True)
def campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (
        "OPENAI_API_KEY",
        "NUM_PROMPTS_START",
        "NUM_PROMPTS_END",
        "VLLM_SERVER_URL",
    ):
        monkeypatch.delenv(name, raising=False)
    Path("small.yaml").write_text(CAMPAIGN)


@pytest.fixture(scope="module")
def engines() -> Iterator[tuple[str, str]]:
    """Addresses of a quick one, and of one with a TTFT of 300 ms; a busy machine blurs neither
    beyond belief.
    """
    quick, slow = (
        EngineSettings(ttft_ms=ttft_ms, itl_ms=20, max_model_len=64)
        for ttft_ms in (60, 300)
    )
    with (
        EmbeddedEngine(quick, model="tiny") as one,
        EmbeddedEngine(slow, model="tiny") as other,
    ):
        yield one.base_url, other.base_url


def run(url: str, *words: str) -> Result:
    ran = CliRunner(env={"VLLM_SERVER_URL": url}).invoke(
        app, ["run", "small.yaml", "--allow-invalid", *words]
    )
    assert ran.exit_code in (0, 1), ran.output
    return ran


def target(ran: Result) -> str:
    """The only line about a target."""
    (line,) = (
        line
        for line in ran.stdout.splitlines()
        if line.startswith(("  reached", "  MISSED"))
    )
    return line


def test_other_settings_under_the_same_name_are_not_shown_or_judged(
    engines: tuple[str, str],
) -> None:
    """The id is `g/c2` both times."""
    quick, slow = engines
    run(quick, "--set", "load.num_prompts=4", "--assert", "mean_ttft_ms<200")
    second = run(
        slow, "--set", "load.num_prompts=6", "--assert", "mean_ttft_ms<200"
    )
    assert second.exit_code == 1
    assert target(second).startswith("  MISSED   mean_ttft_ms < 200  3")
    first_again = run(
        quick, "--set", "load.num_prompts=4", "--assert", "mean_ttft_ms<200"
    )
    assert "Group g: 1 done before" in first_again.stdout
    third = run(
        quick, "--set", "load.num_prompts=8", "--assert", "mean_ttft_ms>200"
    )
    assert third.exit_code == 1, "and a gate is not held by it either"


def test_another_model_under_the_same_name_is_not_shown(
    engines: tuple[str, str],
) -> None:
    quick, _ = engines
    run(quick)
    with EmbeddedEngine(
        EngineSettings(ttft_ms=300, itl_ms=2, max_model_len=64), model="other"
    ) as engine:
        other = run(
            engine.base_url,
            "--set",
            "models.m=other",
            "--assert",
            "mean_ttft_ms<200",
        )
    assert other.exit_code == 1
    assert target(other).startswith("  MISSED")


def test_the_results_of_one_server_are_not_taken_for_anothers(
    engines: tuple[str, str],
) -> None:
    quick, slow = engines
    run(quick, "--assert", "mean_ttft_ms<200")
    other = run(slow, "--assert", "mean_ttft_ms<200")
    assert "done before" not in other.stdout
    assert other.exit_code == 1
    assert (
        "[x] servers: 1 of 1 groups had their server to the end" in other.stdout
    )
    again = run(f"{slow}/v1/", "--assert", "mean_ttft_ms<200")
    assert "Group g: 1 done before (g/c2)." in again.stdout
    assert (
        "[-] servers: not needed: all points were done before" in again.stdout
    )
    assert (
        "[x] configuration and times: recorded in results/.inferometer/small"
        in again.stdout
    )
    assert target(again).startswith("  MISSED   mean_ttft_ms < 200  3")
    assert (
        len(
            read_campaign_state(
                CampaignPaths(Path("results"), "small")
            ).history.current
        )
        == 2
    )


def test_a_report_holds_each_server_against_a_target(
    engines: tuple[str, str],
) -> None:
    for url in engines:
        run(url)
    told = CliRunner().invoke(
        app, ["report", "results", "--assert", "any mean_ttft_ms<200"]
    )
    assert told.exit_code == 1
    lines = [
        line
        for line in told.stdout.splitlines()
        if line.startswith(("  reached", "  MISSED"))
    ]
    assert [
        (line.split()[0], url in line)
        for line, url in zip(lines, sorted(engines), strict=True)
    ] == [
        ("reached" if url == engines[0] else "MISSED", True)
        for url in sorted(engines)
    ]


def test_a_point_without_a_result_misses_the_target(
    engines: tuple[str, str],
) -> None:
    quick, _ = engines
    run(quick)
    gone = run("http://127.0.0.1:1", "--assert", "mean_ttft_ms<200")
    assert gone.exit_code == 1
    assert (
        target(gone)
        == "  MISSED   mean_ttft_ms < 200  m TP1 s at g/c2: it was not measured"
    )
    assert "With charts" not in gone.stdout


def test_a_target_of_every_load_is_missed_by_a_load_that_was_not_measured() -> (
    None
):
    with EmbeddedEngine(
        EngineSettings(ttft_ms=60, itl_ms=20, max_model_len=64), model="tiny"
    ) as engine:
        run(engine.base_url)
        url = engine.base_url
    ladder = ("--set", "matrix.max_concurrency=[2, 3]")
    every = run(url, *ladder, "--assert", "mean_ttft_ms<200")
    assert (every.exit_code, target(every).split(" at ")[1]) == (
        1,
        "g/c3: it was not measured",
    )
    assert target(
        run(url, *ladder, "--assert", "any mean_ttft_ms<200")
    ).startswith("  reached")


def test_a_file_that_has_changed_is_not_shown() -> None:
    with EmbeddedEngine(
        EngineSettings(ttft_ms=60, itl_ms=20, max_model_len=64), model="tiny"
    ) as engine:
        run(engine.base_url)
        url = engine.base_url
    assert target(run(url, "--assert", "mean_ttft_ms<200")).startswith(
        "  reached"
    )
    next(Path("results").glob("g_*.json")).write_text("{}")
    gone = run(url, "--assert", "mean_ttft_ms<200")
    assert gone.exit_code == 1
    assert target(gone).endswith("it was not measured")


def test_what_narrows_a_campaign_is_said_at_its_beginning_and_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = CAMPAIGN.replace(
        "matrix: {max_concurrency: [2]}", "matrix: {num_prompts: [1, 2, 3]}"
    )
    Path("small.yaml").write_text(text.replace("_c{c}", ""))
    monkeypatch.setenv("NUM_PROMPTS_END", "1")
    ran = CliRunner().invoke(
        app, ["run", "small.yaml", "--embedded", "--allow-invalid"]
    )
    assert ran.exit_code == 0, ran.output
    lines = ran.stdout.splitlines()
    assert lines[:2] == [
        "Campaign small: 1 point, results in results-embedded/",
        "Narrowed by NUM_PROMPTS_END=1: 1 of 3 points.",
    ]
    at_the_end = lines.index("Narrowed by NUM_PROMPTS_END=1: 1 of 3 points.", 2)
    assert lines[at_the_end + 1].startswith("[x] servers")
    helped = CliRunner().invoke(app, ["run", "--help"])
    assert all(
        name in helped.stdout
        for name in ("NUM_PROMPTS_START", "NUM_PROMPTS_END", "VLLM_SERVER_URL")
    )


def test_a_rehearsal_is_the_same_whatever_the_address_of_the_real_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for url in ("http://one:8000", "http://two:8000"):
        monkeypatch.setenv("VLLM_SERVER_URL", url)
        ran = CliRunner().invoke(
            app, ["run", "small.yaml", "--embedded", "--allow-invalid"]
        )
        assert ran.exit_code == 0, ran.output
        assert "VLLM_SERVER_URL" not in ran.stdout
    assert "Group g: 1 done before" in ran.stdout
