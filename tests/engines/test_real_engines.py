"""Measures real engines as a user would, and checks what `inferometer bench` says against what the
servers say themselves.

Run by `make test-engines`, after `install.py`. Random weights measure nothing about a model: what
is tested here is that every request, token and moment is accounted for, never how fast anything is.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.engines.servers import (
    Server,
    counters,
    make_tiny_model,
    transformers_serve,
    vllm,
)
from tests.system.ring_here import needs_ring

pytestmark = pytest.mark.engine

PROMPTS, OUTPUT_TOKENS, CONCURRENCY = 24, 32, 4
# more than one block of vLLM's prefix cache on a CPU (128), so that a repeated prompt would show
INPUT_TOKENS = 160

ABOUT_THIS_HOST = {
    "stamps",
    "client_delay",
    "shared_stamps",
    "schedule_lag",
    "run_queue",
    "client_cpu",
    "clock_step",
    "backlog",
}
"""Findings that tell how well a client kept up, which on a crowded machine is no fault: all the
others must be good.
"""

STAMPS = {"stamps", "client_delay", "shared_stamps"}
"""Of these, those that are good whatever the host does where packets are stamped."""

STARVED = {"slots_filled", "client_stalls", "token_counts"}
"""Findings besides where client and server get no core: slots stay empty, and the part of the
server that answers sends several tokens at a time.
"""

CLOSED_LOOP = ("--max-concurrency", str(CONCURRENCY))
OPEN_LOOP = ("--request-rate", "20")
LOADS = pytest.mark.parametrize(
    "load", [CLOSED_LOOP, OPEN_LOOP], ids=["closed", "open"]
)
BACKENDS = pytest.mark.parametrize("backend", ["openai", "openai-chat"])


@dataclass(frozen=True)
class Bench:
    """What one `inferometer bench --save-result` left behind."""

    exit_code: int
    stderr: str
    result: dict[str, Any]
    requests: pl.DataFrame
    events: pl.DataFrame
    verdict: dict[str, Any]
    summary: dict[str, Any]
    server: dict[str, Any]
    """What is recorded of the server."""
    counted: dict[str, Any] | None
    """What we read of the server's own counters, before and after, and how much they grew."""

    def level(self, check: str) -> str:
        (found,) = (
            f["level"] for f in self.verdict["findings"] if f["name"] == check
        )
        return str(found)


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture(scope="module")
def vllm_server(
    tiny_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    options = (
        "--enable-prompt-tokens-details",
    )  # usage tells how much of a prompt came from the prefix cache
    with vllm(
        tiny_model,
        log=tmp_path_factory.mktemp("vllm") / "server.log",
        options=options,
    ) as server:
        yield server


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "batching"])
def transformers_server(
    tiny_model: Path,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("transformers") / "server.log"
    with transformers_serve(
        tiny_model, log=log, continuous_batching=request.param
    ) as server:
        yield server


def run_bench(
    server: Server, results: Path, *options: str, arrivals: str = ""
) -> subprocess.CompletedProcess[str]:
    """Our command, as a user types it; its exit code is the caller's to judge. `arrivals` is the
    value of INFEROMETER_ARRIVALS.
    """
    command = [
        str(Path(sys.executable).with_name("inferometer")),
        "bench",
        "--base-url",
        server.base_url,
    ]
    command += [
        "--model",
        server.model,
        "--dataset-name",
        "random",
        "--percentile-metrics",
        "ttft,tpot,itl,e2el",
    ]
    command += ["--save-result", "--result-dir", str(results), *options]
    environment = {
        name: value
        for name, value in os.environ.items()
        if name != "OPENAI_API_KEY"
    }
    environment["INFEROMETER_ARRIVALS"] = arrivals
    return subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
    )


def measure(
    server: Server,
    results: Path,
    *options: str,
    prompts: int = PROMPTS,
    arrivals: str = "",
) -> Bench:
    """A run of `prompts` requests of the usual lengths (`options` may say otherwise) that must have
    left its results.
    """
    lengths = (
        "--random-input-len",
        str(INPUT_TOKENS),
        "--random-output-len",
        str(OUTPUT_TOKENS),
    )
    counted = ("--num-prompts", str(prompts))
    ended = run_bench(
        server, results, *lengths, *counted, *options, arrivals=arrivals
    )
    saved = list(results.glob("*.json"))
    assert len(saved) == 1, (
        f"exit code {ended.returncode}, {len(saved)} result files\n{ended.stdout}\n{ended.stderr}"
    )
    directory = saved[0].with_suffix("")
    run = json.loads((directory / "run.json").read_text(encoding="utf-8"))
    return Bench(
        exit_code=ended.returncode,
        stderr=ended.stderr,
        result=json.loads(saved[0].read_text(encoding="utf-8")),
        requests=pl.read_parquet(directory / "requests.parquet"),
        events=pl.read_parquet(directory / "events.parquet"),
        verdict=json.loads(
            (directory / "verdict.json").read_text(encoding="utf-8")
        ),
        summary=json.loads(
            (directory / "summary.json").read_text(encoding="utf-8")
        ),
        server=run["environment"]["server"],
        counted=run["server_counters"],
    )


def growth(
    server: Server, before: Mapping[str, float], requests: int
) -> dict[str, float]:
    """How much each counter grew since `before`; waits until the server has counted at least
    `requests` more as finished.
    """
    deadline = time.monotonic() + 10
    while True:
        grown = {
            name: value - before.get(name, 0.0)
            for name, value in counters(server).items()
        }
        if (
            grown["vllm:request_success_total"] >= requests
            or time.monotonic() > deadline
        ):
            return grown
        time.sleep(0.05)


def require_complete(
    bench: Bench, prompts: int = PROMPTS, expected: tuple[str, ...] = ()
) -> None:
    """Nothing failed, nothing is missing, the summary adds up to the rows, and the exit code is the
    verdict's.

    Nothing is in doubt but what is `expected` to be.
    """
    doubts = [
        f
        for f in bench.verdict["findings"]
        if f["level"] in ("suspect", "invalid")
    ]
    assert [
        f["name"] for f in doubts if f["name"] not in ABOUT_THIS_HOST
    ] == list(expected), doubts
    assert bench.verdict["status"] == (
        "INVALID"
        if any(f["level"] == "invalid" for f in doubts)
        else "SUSPECT"
        if doubts
        else "VALID"
    )
    assert bench.exit_code == (
        1 if bench.verdict["status"] == "INVALID" else 0
    ), bench.stderr
    rows = bench.requests
    assert rows["id"].to_list() == list(range(prompts))
    assert rows["outcome"].to_list() == ["OK"] * prompts
    assert rows["status"].to_list() == [200] * prompts
    assert rows["token_source"].to_list() == ["USAGE"] * prompts
    assert bench.result["num_prompts"] == bench.result["completed"] == prompts
    assert bench.result["failed"] == 0
    assert bench.result["total_input_tokens"] == rows["prompt_tokens"].sum()
    assert bench.result["total_output_tokens"] == rows["output_tokens"].sum()


def require_counted(bench: Bench, warmups: int = 0) -> None:
    """The server's own counters, as we read them, are of our requests and of no others; it was at
    rest before and after.
    """
    assert bench.counted is not None
    before, after, delta = (
        bench.counted[key] for key in ("before", "after", "delta")
    )
    assert (
        delta["requests"]
        == delta["queued"]
        == bench.result["completed"] + warmups
    )
    lengths = (
        bench.result["total_input_tokens"],
        bench.result["total_output_tokens"],
    )
    each = (total // bench.result["completed"] for total in lengths)
    assert (delta["prompt_tokens"], delta["generation_tokens"]) == tuple(
        total + warmups * one for total, one in zip(lengths, each, strict=True)
    )
    assert delta["prefix_queries"] == delta["prompt_tokens"]
    assert bench.counted["engine"] == "vLLM"
    assert (
        before["started_s"]
        == after["started_s"]
        < before["at_s"]
        <= after["at_s"]
    )
    assert (
        before["gauges"]
        == after["gauges"]
        == {"running": 0, "waiting": 0, "kv_cache_usage": 0}
    )
    assert (bench.level("server_restarted"), bench.level("other_clients")) == (
        "ok",
        "ok",
    )


def require_order(bench: Bench) -> None:
    """Every request's moments follow one another, and its events lie between the first and the last
    of them.
    """
    at = 0
    for row in bench.requests.sort("event_start").iter_rows(named=True):
        moments = [
            row[name]
            for name in (
                "sent_ns",
                "headers_ns",
                "first_ns",
                "last_ns",
                "end_ns",
            )
        ]
        assert moments == sorted(moments), row
        assert row["sent_ns"] <= row["sent_done_ns"], row
        assert row["event_start"] == at
        at += row["event_count"]
        arrivals = bench.events["arrival_ns"][row["event_start"] : at].to_list()
        assert arrivals == sorted(arrivals)
        assert [arrivals[0], arrivals[-1]] == [row["first_ns"], row["last_ns"]]
        # A token that is only part of a character has no text yet and makes no event: events may be
        # fewer, never more.
        assert 0 < row["event_count"] <= row["output_tokens"], row
        if (
            row["reads"] > 3
            # the events came in more than one read, so they cannot all have the stamp of the last one
        ):
            assert row["first_ns"] < row["last_ns"], row
    assert at == len(bench.events)


def require_load(bench: Bench, load: tuple[str, ...]) -> None:
    """Closed loop: all the slots in flight and never more, no due times. Open loop: nothing was
    sent before it was due.
    """
    rows = bench.requests
    if load == CLOSED_LOOP:
        assert rows["intended_ns"].null_count() == len(rows)
        starts, ends = rows["sent_ns"].to_list(), rows["end_ns"].to_list()
        changes = sorted([(at, 1) for at in starts] + [(at, -1) for at in ends])
        in_flight = [
            sum(step for _, step in changes[: n + 1])
            for n in range(len(changes))
        ]
        assert max(in_flight) == CONCURRENCY
    else:
        assert (rows["sent_ns"] >= rows["intended_ns"]).all()
        assert rows["intended_ns"].is_sorted()
        assert rows["intended_ns"][-1] == round(
            len(rows) / 20 * 1e9
        )  # the last one is due at n / rate


@LOADS
@BACKENDS
def test_vllm_agrees_with_its_own_counters(
    vllm_server: Server, tmp_path: Path, backend: str, load: tuple[str, ...]
) -> None:
    few, warmups = 4, 3
    before = counters(vllm_server)
    short = measure(
        vllm_server,
        tmp_path / "short",
        "--backend",
        backend,
        "--ignore-eos",
        *load,
        "--seed",
        "1",
        prompts=few,
    )
    asides = growth(vllm_server, before, few)
    before = counters(vllm_server)
    bench = measure(
        vllm_server,
        tmp_path / "full",
        "--backend",
        backend,
        "--ignore-eos",
        *load,
        "--seed",
        "2",
    )
    grown = growth(vllm_server, before, PROMPTS)
    warm_up = ("--num-warmups", str(warmups), "--seed", "4")
    warmed = measure(
        vllm_server,
        tmp_path / "warmed",
        "--backend",
        backend,
        "--ignore-eos",
        *load,
        *warm_up,
        prompts=few,
    )

    require_complete(bench)
    require_order(bench)
    require_load(bench, load)
    require_counted(bench)
    require_counted(warmed, warmups)
    assert (
        bench.summary["prefix_cache_hit_rate"]
        == warmed.summary["prefix_cache_hit_rate"]
        == 0
    )
    rows = bench.requests
    assert (
        rows["output_tokens"].to_list()
        == rows["asked_output_tokens"].to_list()
        == [OUTPUT_TOKENS] * PROMPTS
    )
    assert (
        rows["prompt_tokens"].to_list()
        == rows["asked_prompt_tokens"].to_list()
        == [INPUT_TOKENS] * PROMPTS
    )
    assert set(rows["finish_reason"]) == {"length"}

    # What the client asks beside the measurement (how the server counts, …) is the same in both
    # runs and falls out here.
    def more(name: str) -> float:
        return grown[f"vllm:{name}"] - asides[f"vllm:{name}"]

    assert more("request_success_total") == PROMPTS - few
    assert (
        more("generation_tokens_total")
        == bench.result["total_output_tokens"]
        - short.result["total_output_tokens"]
    )
    assert (
        more("prompt_tokens_total")
        == bench.result["total_input_tokens"]
        - short.result["total_input_tokens"]
    )
    assert rows["cached_tokens"].to_list() == [0] * PROMPTS, (
        "prompts were sent that the server had seen before"
    )
    assert (
        grown["vllm:request_success_total"] - PROMPTS
        == asides["vllm:request_success_total"] - few
        < 10
    )

    # The server's own clock runs from the request's arrival there to the moment before the token
    # leaves: inside ours.
    def served_ms(histogram: str) -> float:
        return (
            1e3
            * grown[f"vllm:{histogram}_sum"]
            / grown[f"vllm:{histogram}_count"]
        )

    slack_ms = 1.0
    assert (
        0
        < served_ms("e2e_request_latency_seconds")
        <= bench.result["mean_e2el_ms"] + slack_ms
    )
    assert (
        0
        < served_ms("time_to_first_token_seconds")
        <= bench.result["mean_ttft_ms"] + slack_ms
    )


@BACKENDS
def test_prompts_that_the_server_has_seen_before_are_noticed(
    vllm_server: Server, tmp_path: Path, backend: str
) -> None:
    again = ("--backend", backend, "--ignore-eos", *CLOSED_LOOP, "--seed", "3")
    fresh, warm = (
        measure(vllm_server, tmp_path / name, *again)
        for name in ("fresh", "warm")
    )
    assert fresh.requests["cached_tokens"].to_list() == [0] * PROMPTS
    assert (
        warm.requests["cached_tokens"].to_list() == [128] * PROMPTS
    )  # the one whole block
    assert warm.verdict["status"] == "INVALID"
    assert (warm.level("cached_tokens"), warm.level("prefix_hits")) == (
        "invalid",
        "ok",
    )  # said once
    assert warm.exit_code == 1
    require_counted(warm)
    assert fresh.summary["prefix_cache_hit_rate"] == 0
    assert warm.summary["prefix_cache_hit_rate"] == 100 * 128 / INPUT_TOKENS


@BACKENDS
def test_a_cache_that_is_studied_is_measured_cold_and_warm(
    vllm_server: Server, tmp_path: Path, backend: str
) -> None:
    again = ("--backend", backend, "--ignore-eos", *CLOSED_LOOP, "--seed", "6")
    cold, warm = (
        measure(vllm_server, tmp_path / cache, *again, "--cache", cache)
        for cache in ("cold", "warm")
    )
    for bench in (cold, warm):
        require_complete(bench)
        require_counted(bench)
    assert (
        cold.summary["prefix_cache_hit_rate"],
        warm.summary["prefix_cache_hit_rate"],
    ) == (
        0,
        100 * 128 / INPUT_TOKENS,
    )


@BACKENDS
def test_a_cache_that_answers_do_not_tell_of_is_noticed_by_the_counters(
    cramped_vllm: Server, tmp_path: Path, backend: str
) -> None:
    few = 4
    again = (
        "--backend",
        backend,
        "--ignore-eos",
        "--max-concurrency",
        "1",
        "--seed",
        "7",
    )
    fresh, warm = (
        measure(cramped_vllm, tmp_path / name, *again, prompts=few)
        for name in ("fresh", "warm")
    )
    require_counted(fresh)
    require_counted(warm)
    assert warm.requests["cached_tokens"].null_count() == few
    assert [fresh.level("prefix_hits"), warm.level("prefix_hits")] == [
        "ok",
        "invalid",
    ]
    assert (
        warm.summary["prefix_cache_hit_rate"] == 100 * 128 / INPUT_TOKENS
    )  # four blocks of 32, and the fifth anew


@pytest.fixture(scope="module")
def cramped_vllm(
    tiny_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """vLLM with room for about 2,100 tokens, which sends four tokens at a time."""
    options = (
        "--block-size",
        "32",
        "--num-gpu-blocks-override",
        "66",
        "--stream-interval",
        "4",
    )
    with vllm(
        tiny_model,
        log=tmp_path_factory.mktemp("cramped") / "server.log",
        options=options,
    ) as server:
        yield server


@BACKENDS
def test_vllm_that_preempts_and_sends_several_tokens_an_event(
    cramped_vllm: Server, tmp_path: Path, backend: str
) -> None:
    before = counters(cramped_vllm)
    lengths = ("--random-input-len", "64", "--random-output-len", "160")
    bench = measure(
        cramped_vllm,
        tmp_path,
        "--backend",
        backend,
        "--ignore-eos",
        "--max-concurrency",
        "16",
        *lengths,
    )
    assert (
        growth(cramped_vllm, before, PROMPTS)["vllm:num_preemptions_total"] > 0
    )
    require_complete(bench, expected=("preemptions",))
    require_order(bench)
    require_counted(bench)
    assert bench.counted is not None
    assert bench.counted["delta"]["preemptions"] > 0
    assert bench.level("prefix_hits") == "ok"
    rows = bench.requests
    assert rows["prompt_tokens"].to_list() == [64] * PROMPTS
    assert rows["output_tokens"].to_list() == [160] * PROMPTS
    assert (rows["event_count"] <= 160 / 4 + 1).all()


@pytest.fixture(scope="module")
def spinning_vllm(
    tiny_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("spinning") / "server.log"
    with vllm(tiny_model, log=log, quiet_yield=False) as server:
        yield server


@needs_ring
@BACKENDS
def test_beside_a_vllm_that_spins_the_ring_knows_when_each_token_arrived(
    spinning_vllm: Server, tmp_path: Path, backend: str
) -> None:
    """At ordinary priority the client waits for a core as long as the server likes."""
    before = counters(spinning_vllm)
    bench = measure(
        spinning_vllm,
        tmp_path,
        *("--backend", backend, "--ignore-eos", "--seed", "8"),
        *("--no-realtime", *CLOSED_LOOP),
        arrivals="ring",
    )
    grown = growth(spinning_vllm, before, PROMPTS)
    require_order(bench)
    require_load(bench, CLOSED_LOOP)
    assert bench.requests["outcome"].to_list() == ["OK"] * PROMPTS
    assert set(bench.events["stamp_source"].cast(pl.String)) == {"TAP"}
    doubted = {
        each["name"]
        for each in bench.verdict["findings"]
        if each["level"] in ("suspect", "invalid")
    }
    assert doubted <= ABOUT_THIS_HOST - STAMPS | STARVED
    name = "vllm:time_to_first_token_seconds"
    served_ms = 1e3 * grown[f"{name}_sum"] / grown[f"{name}_count"]
    assert 0 < served_ms <= bench.result["mean_ttft_ms"] + 1.0


@LOADS
@BACKENDS
def test_transformers_serve(
    transformers_server: Server,
    tmp_path: Path,
    backend: str,
    load: tuple[str, ...],
) -> None:
    tokenizer = ("--tokenizer", str(transformers_server.tokenizer))
    form = ("--backend", backend)
    bench = measure(transformers_server, tmp_path, *form, *tokenizer, *load)
    require_complete(bench)
    require_order(bench)
    require_load(bench, load)
    assert bench.counted is None  # it publishes nothing
    assert bench.server["left_out"] == ["ignore_eos"]
    rows = bench.requests
    assert set(rows["finish_reason"]) == {"length"}
    assert rows["output_tokens"].to_list() == [OUTPUT_TOKENS] * PROMPTS
    assert rows["prompt_tokens"].to_list() == [INPUT_TOKENS] * PROMPTS


def require_one_sentence(
    ended: subprocess.CompletedProcess[str], pattern: str, results: Path
) -> None:
    """Exit code 2, one sentence that matches, no traceback, nothing written."""
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert re.search(pattern, ended.stderr), ended.stderr
    assert "Traceback" not in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr
    assert not results.exists() or not any(results.iterdir())


@BACKENDS
def test_wrong_model_is_one_sentence(
    vllm_server: Server, tmp_path: Path, backend: str
) -> None:
    ended = run_bench(
        vllm_server,
        tmp_path / "r",
        "--backend",
        backend,
        "--model",
        "no-such-model",
        "--num-prompts",
        "4",
    )
    require_one_sentence(ended, r"no-such-model.*tiny", tmp_path / "r")


@BACKENDS
@pytest.mark.parametrize(
    ("input_len", "output_len"),
    [(3000, 8), (2000, 100)],
    ids=["prompt", "prompt+output"],
)
def test_too_long_is_one_sentence(
    vllm_server: Server,
    tmp_path: Path,
    backend: str,
    input_len: int,
    output_len: int,
) -> None:
    """The second of them vLLM would serve: it answers 200 and stops early, without a word."""
    lengths = (
        "--random-input-len",
        str(input_len),
        "--random-output-len",
        str(output_len),
        "--num-prompts",
        "4",
    )
    ended = run_bench(
        vllm_server, tmp_path / "r", "--backend", backend, *lengths
    )
    require_one_sentence(ended, r"max_model_len is 2048", tmp_path / "r")


@BACKENDS
def test_refused_ignore_eos_is_one_sentence(
    transformers_server: Server, tmp_path: Path, backend: str
) -> None:
    tokenizer = ("--tokenizer", str(transformers_server.tokenizer))
    ended = run_bench(
        transformers_server,
        tmp_path / "r",
        "--backend",
        backend,
        *tokenizer,
        "--ignore-eos",
        "--num-prompts",
        "4",
    )
    require_one_sentence(ended, "ignore_eos", tmp_path / "r")


def test_wrong_model_on_a_server_that_lists_none(
    transformers_server: Server, tmp_path: Path
) -> None:
    ended = run_bench(
        transformers_server,
        tmp_path / "r",
        "--backend",
        "openai-chat",
        "--model",
        "nope",
        "--num-prompts",
        "4",
    )
    require_one_sentence(ended, "nope", tmp_path / "r")
