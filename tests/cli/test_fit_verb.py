"""`inferometer fit` as a user calls it: vLLM's files of a ladder, and what cannot be fitted."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from inferometer.cli.fit_points import contradictions, load_of
from inferometer.cli.main import app
from inferometer.engine.twin.client import TwinLoad
from inferometer.engine.twin.configuration import TwinSettings
from inferometer.engine.twin.fit import TwinLadder, simulate
from inferometer.engine.twin.profiles import model_profile
from tests.analysis.simulated_campaigns import point
from tests.processes import run_forked

SETTINGS = TwinSettings(
    card="r9700",
    model="llama-3.1-8b",
    stack="vllm-0.10.2-eager",
    host="threadripper",
    max_model_len=1280,
)
HOST_FACTOR = 1.5
CAMPAIGN = """
name: c
result_dir: {}
twin: r9700
models: {{m: meta-llama/Llama-3.1-8B}}
servers:
  s: {{kind: external, base_url: "http://127.0.0.1:1", max_model_len: 1280}}
groups: [{{id: g, model: m, server: s}}]
workload: {{input_len: 512, output_len: 16}}
sampling: {{ignore_eos: true}}
matrix: {{max_concurrency: [4, 64]}}
load: {{num_prompts: 64}}
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ladder as `vllm bench serve` writes it, of a host that takes half as long again."""
    folder = tmp_path_factory.mktemp("ladder")
    loads = tuple(TwinLoad(n, 512, 16) for n in (1, 4, 16))
    ladder = TwinLadder("", SETTINGS, loads, (), is_warm=True)
    for load, values in zip(
        loads, simulate(ladder, [("host", HOST_FACTOR)]), strict=True
    ):
        n = load.requests
        content = {
            "date": f"20260101-0000{n:02}",
            "endpoint_type": "openai",
            "backend": "openai",
            "model_id": "meta-llama/Llama-3.1-8B",
            "tokenizer_id": "meta-llama/Llama-3.1-8B",
            "num_prompts": n,
            "request_rate": "inf",
            "burstiness": 1.0,
            "max_concurrency": n,
            "completed": n,
            "total_input_tokens": n * 512,
            "total_output_tokens": n * 16,
            "total_token_throughput": 528 / 16 * values["output_throughput"],
            **{k: v for k, v in values.items() if "e2el" not in k},
        }
        name = f"C_7B_TP1_1k_np{n}_20260101_0000{n:02}.json"
        (folder / name).write_text(json.dumps(content))
    return folder


def call(*words: object) -> Result:
    return CliRunner().invoke(app, [*map(str, words)])


def larger_than_it_looks(form: bytes) -> bytes:
    """Each line is ten times the one before it."""
    lines = [b"a0: &a0 {k: v}"]
    for n in range(12):
        of = form % b",".join([b"*a%d" % n] * 10)
        lines.append(b"a%d: &a%d %s" % (n + 1, n + 1, of))
    return b"\n".join(lines)


def told(done: Result) -> str:
    """Standard error without frames and line breaks."""
    return " ".join(done.stderr.replace("│", " ").split())


def fit(results: Path, output: Path, *words: object) -> Result:
    return call(
        *("fit", results, "-o", output, "--twin", "r9700"),
        *("--stack", "vllm-0.10.2-eager", "--host-profile", "threadripper"),
        *("--max-model-len", 1280, "--factor", "host", *words),
    )


def test_a_ladder_gives_a_profile_that_the_engine_uses(
    results: Path, tmp_path: Path
) -> None:
    output = tmp_path / "profile.yaml"
    done = fit(results, output)
    assert done.exit_code == 0, done.output
    assert "simulated" in done.stdout
    assert "Round 1: the error is " in done.stderr
    assert "Mean TPOT: error " in done.stdout
    assert done.stdout.count("llama-3.1-8b tp1 n=16 c=16  ") == 3  # metrics
    content = yaml.safe_load(output.read_text())
    found = content["factors"]["host"]
    assert found["value"] == pytest.approx(HOST_FACTOR, rel=0.02)
    assert content["simulated"] is True
    assert content["fitted"]["concurrency"] == [1, 16]
    campaign = tmp_path / "c.yaml"
    campaign.write_text(CAMPAIGN.format(tmp_path / "results"))
    simulated = call("simulate", campaign, "--fitted", output)
    assert simulated.exit_code == 0, simulated.output
    assert "g/c4  " in simulated.stdout
    assert "g/c64 (extrapolated)" in simulated.stdout
    assert "does not cover their concurrency" in simulated.stdout
    planned = call("plan", campaign, "--embedded", "--fitted", output)
    assert "vllm-0.10.2-eager-threadripper-fitted" in planned.stdout
    twice = ("simulate", campaign, "--fitted", output, "--fitted", output)
    assert "profiles of the same card" in told(call(*twice))
    refused = call("engine", "--twin", "h100", "--fitted", output)
    assert refused.exit_code == 2
    assert "r9700" in told(refused)


def test_results_that_the_twin_does_not_describe_are_a_finding(
    results: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for path in results.iterdir():
        content = json.loads(path.read_text())
        content["mean_tpot_ms"] *= 40
        (other / path.name).write_text(json.dumps(content))
    output = tmp_path / "p.yaml"
    done = fit(other, output)
    assert done.exit_code == 1, done.output
    assert "The twin does not describe these results" in done.stdout
    assert output.exists()


def test_without_a_length_the_flag_is_named(
    results: Path, tmp_path: Path
) -> None:
    done = call(
        *("fit", results, "-o", tmp_path / "p.yaml", "--twin", "r9700"),
        *("--factor", "host"),
    )
    assert done.exit_code == 2, done.output
    assert "Set --max-model-len" in told(done)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--factor", "luck"], "luck"),
        (["--factor", "weights", "--factor", "link"], None),
        (
            [
                each
                for name in ("weights", "link", "intake", "compute")
                for each in ("--factor", name)
            ],
            "5 factors",
        ),
        (["--prompts", "own", "--ladder-step", "1"], "--ladder-step"),
        (["--max-model-len", "256"], "528 tokens"),
        (["--model-profile", "none"], "none"),
        (["--gpu-memory-utilization", "0.2"], "gpu_memory_utilization"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    results: Path, tmp_path: Path, words: list[str], says: str | None
) -> None:
    done = fit(results, tmp_path / "p.yaml", *words)
    if says is None:
        assert done.exit_code == 0, done.output
        assert "link is not determined" in done.stdout
        return
    assert done.exit_code == 2, done.output
    assert says in told(done)
    assert "Traceback" not in done.output
    assert not (tmp_path / "p.yaml").exists()


def test_results_that_lack_something_are_left_out_with_the_reason(
    results: Path, tmp_path: Path
) -> None:
    for path in results.iterdir():
        content = json.loads(path.read_text())
        content["model_id"] = "acme/unknown-1b"
        (tmp_path / path.name).write_text(json.dumps(content))
    done = fit(tmp_path, tmp_path / "p.yaml")
    assert done.exit_code == 2
    assert done.stderr.count("unknown-1b") == 3
    assert "No point can be fitted" in done.stderr


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x: [",
        b"\xff\xfe",
        b"a: " + b"9" * (1 << 21),
        b"a: " + b"9" * 5000,
        b"a: 2001-99-99",
        larger_than_it_looks(b"[%s]"),
        larger_than_it_looks(b"{<<: [%s]}"),
    ],
)
def test_what_is_no_profile_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "p.yaml"
    path.write_bytes(content)
    done = call("engine", "--twin", "r9700", "--fitted", path)
    assert done.exit_code == 2
    assert "inferometer fit" in told(done)
    assert call("engine", "--fitted", path).exit_code == 2
    gone = call("engine", "--twin", "r9700", "--fitted", tmp_path / "no")
    assert gone.exit_code == 2
    assert "cannot be read" in told(gone)


@pytest.mark.parametrize(
    "said",
    [
        {"request_rate": 0},
        {"request_rate": -1},
        {"request_rate": float("nan")},
        {"request_rate": 1e-320},
        {"request_rate": 10**400},
        {"burstiness": 1e-320},
        {"total_input_tokens": float("inf")},
        {"total_output_tokens": 1e-9},
    ],
)
def test_numbers_that_no_client_has_are_not_repeated(
    said: dict[str, float],
) -> None:
    totals = {key: n for key, n in said.items() if key.startswith("total")}
    load = load_of(
        point(
            "p",
            totals,
            minute=None,
            num_prompts=3,
            input_len=5,
            output_len=7,
            **{key: n for key, n in said.items() if key not in totals},
        )
    )
    assert load == TwinLoad(3, 5, 7)
    assert len(load.arrivals(0)) == 3


@pytest.mark.parametrize(
    ("second", "is_warm", "names"),
    [
        ({"mean_tpot_ms": 41.0, "mean_ttft_ms": 200.0}, False, []),
        ({"mean_tpot_ms": 90.0, "mean_ttft_ms": 200.0}, False, ["mean TPOT"]),
        ({"mean_ttft_ms": 20.0}, False, ["mean TTFT"]),
        ({"mean_ttft_ms": 20.0}, True, []),
    ],
)
def test_one_load_with_values_too_far_apart_is_named(
    second: dict[str, float], is_warm: bool, names: list[str]
) -> None:
    """But where the second time finds its prompts in the cache."""
    first = {"mean_tpot_ms": 40.0, "mean_ttft_ms": 160.0}
    loads = (TwinLoad(8, 512, 16, max_concurrency=4),) * 2
    ladder = TwinLadder("x tp1", SETTINGS, loads, (first, second), is_warm)
    found = [str(each) for each in contradictions([ladder])]
    assert len(found) == len(names)
    for sentence, name in zip(found, names, strict=True):
        assert "x tp1 n=8 c=4 was measured 2 times" in sentence
        assert f"with {name}" in sentence


def test_one_point_does_not_tell_the_error(
    results: Path, tmp_path: Path
) -> None:
    (one,) = results.glob("*_np4_*")
    done = fit(one, tmp_path / "one.yaml")
    assert "Fewer than 3 different loads" in done.stdout, done.output


@pytest.mark.parametrize(
    ("model", "profile"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", "llama-3.1-8b"),
        ("google/gemma-3-27b-it", "gemma-3-27b"),
        ("Qwen/Qwen3-14B", "qwen3-14b"),
        ("openai/gpt-oss-120b", "gpt-oss-120b"),
        ("cognitivecomputations/DeepSeek-R1-AWQ", "deepseek-r1-awq"),
        ("nvidia/Llama-3.1-70B-Instruct-FP8", "llama-3.1-70b-fp8"),
        ("meta-llama/Llama-3.1-70B-Instruct", "llama-3.1-70b"),
        ("Qwen/Qwen3-32B-FP8", None),
        ("Qwen/Qwen3-14B-AWQ", None),
        ("RedHatAI/Qwen3-14B-quantized.w4a16", None),
        ("acme/llama", None),
        (None, None),
        (7, None),
    ],
)
def test_models_are_known_by_name(model: object, profile: str | None) -> None:
    assert model_profile(model) == profile


def test_a_card_that_was_not_named_is_asked_for_with_what_there_is(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-m", "inferometer", "fit", "x", "-o", "y"]
    ended = run_forked(command, cwd=tmp_path)
    assert ended.returncode == 2
    assert "missing option '--twin'" in ended.stderr
    assert "the cards are r9700, mi300x" in ended.stderr
