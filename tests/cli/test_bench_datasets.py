"""`inferometer bench` with every data set, from the command line to the files, against the embedded
engine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from inferometer.cli.main import main
from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.engine.ask import IMAGE_TOKENS
from inferometer.store.run_directory import Run, load_run
from inferometer.trace import MISSING, Outcome
from tests.cli.api_server import MODEL

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)

TOOLS = [
    {
        "type": "function",
        "function": {"name": "weather", "parameters": {"type": "object"}},
    }
]

LIMIT = 600
"""The engine's max_model_len."""

Bench = Callable[..., Run]


@pytest.fixture(scope="module")
def engine() -> Iterator[EmbeddedEngine]:
    with EmbeddedEngine(
        EngineSettings(ttft_ms=1, itl_ms=0.2, max_model_len=LIMIT), model=MODEL
    ) as engine:
        yield engine


@pytest.fixture
def bench(
    engine: EmbeddedEngine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Bench:
    """Runs `inferometer bench` in this process, and loads what it saved."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    def run(line: str) -> Run:
        common = (
            f"--no-realtime --allow-invalid --base-url {engine.base_url} --seed 5 --save-result "
            "--ignore-eos --no-telemetry"
        )
        arguments = [
            *common.split(),
            "--result-dir",
            str(tmp_path / "results"),
            *line.split(),
        ]
        monkeypatch.setattr(sys, "argv", ["inferometer", "bench", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capfd.readouterr()
        assert not ended.value.code, told.err
        (directory,) = (
            path for path in (tmp_path / "results").iterdir() if path.is_dir()
        )
        return load_run(directory)

    return run


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    said = [
        {
            "conversations": [
                {"from": "human", "value": f"tell me about number {i} please"},
                {"from": "gpt", "value": "a b c d e f"},
            ]
            * 2
        }
        for i in range(20)
    ]
    trace = [
        {
            "timestamp": 10 * i,
            "input_length": 20 + i,
            "output_length": 3,
            "hash_ids": [i % 2],
        }
        for i in range(20)
    ]
    contents = {
        "sharegpt": orjson.dumps(said),
        "custom": b"\n".join(
            orjson.dumps({"prompt": f"what is {i} and why", "max_tokens": 4})
            for i in range(20)
        ),
        "sonnet": "\n".join(
            f"shall I compare line {i} to a summer day" for i in range(30)
        ).encode(),
        "trace": b"\n".join(map(orjson.dumps, trace)),
        "shown": orjson.dumps(
            {"prompt": "what is this", "image": "nowhere.png", "max_tokens": 3}
        ),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return {name: tmp_path / name for name in contents}


COUNTED = {
    "random": "--dataset-name random --input-len 12 --output-len 3",
    "scenario": "--scenario U(5,20)/(2,4)",
    "prefix": "--dataset-name prefix_repetition --prefix-repetition-prefix-len 20 "
    "--prefix-repetition-suffix-len 9 "
    "--prefix-repetition-num-prefixes 2 --output-len 3",
    "sharegpt": "--dataset-name sharegpt --dataset-path {sharegpt}",
    "custom": "--dataset-name custom --dataset-path {custom}",
    "sonnet": (
        "--dataset-name sonnet --dataset-path {sonnet} --sonnet-input-len 60 --sonnet-prefix-len "
        "20 --output-len 3"
    ),
    "trace": "--dataset-name trace --dataset-path {trace}",
    "replayed": "--dataset-name trace --dataset-path {trace} --replay-speed 4",
    "sessions": (
        "--dataset-name sessions --session-turns 3 --session-input-len 10 --session-output-len 4 "
        "--max-concurrency 2"
    ),
}
"""Data sets whose prompts the client counts as the server does."""


def test_turns_of_conversations_are_sent_in_order_by_two_workers(
    bench: Bench,
) -> None:
    run = bench(
        f"{COUNTED['sessions'].format()} --session-think-time 0.02 --num-prompts 12 --workers 2"
    )
    r = run.trace.requests
    assert set(r["outcome"].tolist()) == {Outcome.OK}
    pauses_ns = [
        r["sent_ns"][i] - r["end_ns"][i - 1] for i in range(12) if i % 3
    ]
    assert min(pauses_ns) >= 20_000_000
    assert [int(worker) for worker in r["worker"]] == [0, 0, 0, 1, 1, 1] * 2


def test_an_open_loop_that_drops_counts_what_it_drops(bench: Bench) -> None:
    run = bench(
        "--input-len 8 --output-len 40 --num-prompts 30 --request-rate 100000 "
        "--max-concurrency 2 --when-full drop"
    )
    outcomes = run.trace.requests["outcome"].tolist()
    assert outcomes[:2] == [Outcome.OK] * 2
    assert (
        outcomes.count(Outcome.DROPPED) == run.summary["counts"]["dropped"] > 0
    )
    assert outcomes.count(Outcome.OK) + outcomes.count(Outcome.DROPPED) == 30


def test_a_run_ends_by_its_time(bench: Bench) -> None:
    run = bench(
        "--input-len 8 --output-len 500 --num-prompts 4000 --max-concurrency 2 --max-seconds 0.5"
    )
    counts = run.summary["counts"]
    assert not run.trace.interrupted
    assert counts["planned"] == 4000 == counts["sent"] + counts["unsent"]
    assert 1 <= counts["unfinished"] <= 2
    assert counts["unsent"] > 3000


@pytest.mark.parametrize("name", COUNTED)
@pytest.mark.parametrize("backend", ["openai", "openai-chat"])
def test_prompts_have_the_lengths_that_the_server_counts(
    bench: Bench, files: dict[str, Path], name: str, backend: str
) -> None:
    run = bench(
        f"--backend {backend} --num-prompts 9 {COUNTED[name].format(**files)}"
    )
    r = run.trace.requests
    assert set(r["outcome"].tolist()) == {Outcome.OK}
    assert r["prompt_tokens"].tolist() == r["asked_prompt_tokens"].tolist()
    assert r["output_tokens"].tolist() == r["asked_output_tokens"].tolist()
    assert len(r["id"]) == 9
    assert run.prompts["exact"] is True
    assert run.prompts["counting"]


def test_recorded_conversations(bench: Bench, files: dict[str, Path]) -> None:
    run = bench(
        f"--backend openai-chat --dataset-name sessions --dataset-path {files['sharegpt']} "
        "--num-prompts 9 --max-concurrency 3"
    )
    r = run.trace.requests
    assert set(r["outcome"].tolist()) == {Outcome.OK}
    assert r["prompt_tokens"].tolist() == r["asked_prompt_tokens"].tolist()
    assert run.prompts["file"] == str(files["sharegpt"])


def test_hf(bench: Bench, files: dict[str, Path], tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rows.jsonl").write_bytes(files["custom"].read_bytes())
    run = bench(
        f"--dataset-name hf --dataset-path {tmp_path / 'data'} --num-prompts 5 --hf-output-len 4"
    )
    assert run.trace.requests["output_tokens"].tolist() == [4] * 5


@pytest.mark.parametrize("is_here", [False, True])
def test_a_data_set_of_the_hub_is_named_before_the_hub_is_asked(
    engine: EmbeddedEngine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    *,
    is_here: bool,
) -> None:
    """Without a network the library says nothing for half a minute."""

    def fail(*_: object) -> None:
        raise ValueError("no rows")

    monkeypatch.setattr("inferometer.workload.exchanges.hf_rows", fail)
    path = str(tmp_path) if is_here else "org/name"
    line = f"bench --base-url {engine.base_url} --dataset-name hf --dataset-path {path}"
    monkeypatch.setattr(sys, "argv", ["inferometer", *line.split()])
    with pytest.raises(SystemExit):
        main()
    told, _, failed = capfd.readouterr().err.partition("no rows")
    assert ("asking the Hugging Face hub for the data set" in told) != is_here
    assert failed


def test_pictures_whose_tokens_only_the_server_knows(bench: Bench) -> None:
    run = bench(
        "--backend openai-chat --dataset-name random-mm --input-len 20 --output-len 3 "
        "--image-size 64x64 --num-prompts 4"
    )
    r = run.trace.requests
    assert set(r["outcome"].tolist()) == {Outcome.OK}
    assert set(r["asked_prompt_tokens"].tolist()) == {MISSING}
    assert run.prompts["size"] == "64x64"


def test_what_was_left_out_and_repeated_is_in_the_run(
    bench: Bench, files: dict[str, Path]
) -> None:
    run = bench(
        f"--dataset-name custom --dataset-path {files['custom']} --num-prompts 25 "
        "--oversample --disable-shuffle"
    )
    told: dict[str, Any] = dict(run.prompts)
    assert (told["oversampled"], told["distinct"], told["shuffled"]) == (
        5,
        20,
        False,
    )
    assert len(told["sha256"]) == 64


def test_what_rows_say_is_sent_and_what_is_not_is_in_the_run(
    bench: Bench, tmp_path: Path
) -> None:
    body = {
        "model": "another",
        "messages": [{"role": "user", "content": "what is rain"}],
        "max_tokens": 4,
        "tools": TOOLS,
    }
    rows = [
        {
            "custom_id": f"{i}",
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": body,
        }
        for i in range(5)
    ]
    (tmp_path / "batch.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    run = bench(
        "--backend openai-chat --dataset-name jsonl --dataset-path "
        f"{tmp_path / 'batch.jsonl'} --num-prompts 5"
    )
    assert set(run.trace.requests["outcome"].tolist()) == {Outcome.OK}
    assert run.trace.requests["output_tokens"].tolist() == [4] * 5
    assert run.prompts["fields_sent"] == {"tools": 5}
    assert run.prompts["fields_left_out"] == {
        "custom_id": 5,
        "url": 5,
        "model": 5,
    }
    assert [
        f["level"] for f in run.verdict["findings"] if f["name"] == "row_fields"
    ] == ["ok"]


def test_what_rows_ask_for_and_do_not_get_is_a_finding(
    bench: Bench, tmp_path: Path
) -> None:
    row = {
        "prompt": "what is rain",
        "max_tokens": 4,
        "n": 2,
        "temperature": "hot",
        "id": "7",
        "thumbnail": "a.png",
    }
    (tmp_path / "rows.jsonl").write_bytes(b"\n".join([orjson.dumps(row)] * 5))
    run = bench(
        f"--backend openai --dataset-name custom --dataset-path {tmp_path / 'rows.jsonl'} "
        "--num-prompts 5"
    )
    (found,) = (
        finding
        for finding in run.verdict["findings"]
        if finding["name"] == "row_fields"
    )
    assert found["level"] == "note"
    assert found["figures"] == {
        "fields": "n (5), temperature (5), picture in thumbnail (5)"
    }


def test_pictures_of_rows_count_as_the_server_counts_them(
    bench: Bench, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    rows = [
        {"prompt": "what is this", "image_files": ["a.png"]} for _ in range(4)
    ]
    (tmp_path / "rows.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    line = (
        f"--dataset-name custom_image --dataset-path {tmp_path / 'rows.jsonl'} "
        "--custom-output-len 3 --num-prompts 4"
    )
    run = bench(f"--backend openai-chat {line}")
    assert min(run.trace.requests["prompt_tokens"].tolist()) >= IMAGE_TOKENS
    assert set(run.trace.requests["asked_prompt_tokens"].tolist()) == {MISSING}
    assert run.prompts["images_in_rows"] == 4
    assert [
        f["level"]
        for f in run.verdict["findings"]
        if f["name"] == "input_length"
    ] == ["ok"]


def test_a_warm_cache_of_the_embedded_engine_is_none(bench: Bench) -> None:
    run = bench("--cache warm --input-len 40 --output-len 3 --num-prompts 4")
    (found,) = (
        finding
        for finding in run.verdict["findings"]
        if finding["name"] == "warm_cache"
    )
    assert (found["level"], run.verdict["status"] == "VALID") == (
        "suspect",
        False,
    )
    assert "embedded engine has no prefix cache" in found["sentence"]


def test_a_replayed_trace_is_due_at_its_times(
    bench: Bench, files: dict[str, Path]
) -> None:
    run = bench(
        f"--dataset-name trace --dataset-path {files['trace']} --num-prompts 9 --replay-speed 2"
    )
    assert run.trace.requests["intended_ns"].tolist() == [
        i * 5_000_000 for i in range(9)
    ]


def test_steps_and_ramps_are_planned(bench: Bench) -> None:
    run = bench(
        "--input-len 8 --output-len 2 --rate-steps 100x0.02,400x0.02 --burstiness inf"
    )
    assert run.trace.requests["intended_ns"].tolist() == [
        10_000_000, 20_000_000, 22_500_000, 25_000_000, 27_500_000, 30_000_000, 32_500_000, 35_000_000, 37_500_000, 40_000_000,
    ]  # fmt: skip


REFUSED = {
    "--dataset-name sharegpt --dataset-path /nowhere": "cannot be read",
    "--dataset-name custom --dataset-path {sonnet}": "is not JSON",
    "--dataset-name sessions --dataset-path {sharegpt} --backend openai-chat --num-prompts 50": (
        "conversations of 40 turns in all, but 50 are to be sent"
    ),
    "--dataset-name sharegpt --dataset-path {sharegpt} --num-prompts -1 --num-warmups 20": (
        "no rows left to measure"
    ),
    "--dataset-name custom --dataset-path {custom} --output-len 599": (
        "requests are longer than the server's max_model_len 600"
    ),
    "--backend openai-chat --dataset-name custom --dataset-path {shown}": (
        "names the picture 'nowhere.png', which cannot"
    ),
    "--dataset-name custom --dataset-path {shown}": (
        "the prompt is chat messages with pictures, which"
    ),
    "--dataset-name random-rerank": "reranking generate no tokens, and only",
    "--num-prompts -1": "random has no rows",
    "--cache warm": "give the --seed of the cold run",
    "--dataset-name random-mm": "--backend openai does not carry: choose one of openai-chat",
    "--dataset-name sonnet --dataset-path {sonnet} --input-len 590": (
        "shorten --sonnet-input-len or --sonnet-output-len by 140"
    ),
}


@pytest.mark.parametrize("line", REFUSED)
def test_what_cannot_be_sent_is_refused_in_a_sentence(
    engine: EmbeddedEngine,
    files: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    line: str,
) -> None:
    arguments = f"--base-url {engine.base_url} --num-prompts 5 {line.format(**files)}".split()
    monkeypatch.setattr(sys, "argv", ["inferometer", "bench", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capfd.readouterr()
    assert ended.value.code == 2
    assert "Traceback" not in told.err
    assert REFUSED[line] in told.err
