"""The clients of this field, side by side: each as its users start it, against one server whose
timing is known, in turns.

    peers.py --install            their environments, below .peers/ (about 13 GB, 20 minutes)
    peers.py                      every client that is installed, at 32, 128, 512 and 1,024 streams
    peers.py ours vllm --streams 32 --repeats 5

The server has a core to itself and each client another, with all of its processes. A client's
error is what it reports less what the server's own record says of the same requests.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import resource
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import cores
import numpy as np
from native import program
from paced import PacedServer
from run import heading
from table import print_table, spread

from inferometer.clock import MS

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / ".peers"
EVENTS = 64
PROMPT_TOKENS = 128
TTFT_MS, ITL_MS = 50, 20
FEW = 8
"""Requests of the run whose CPU counts as that of starting and ending."""
TIME_LIMIT_S = 900
PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Job:
    """What a client is asked to do."""

    url: str
    streams: int
    requests: int
    tokenizer: Path
    out: Path
    """An empty folder for its files."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a client reports, ms. A number that it does not report is None."""

    mean_ttft: float | None = None
    p99_ttft: float | None = None
    mean_itl: float | None = None
    p99_itl: float | None = None


@dataclass(frozen=True, slots=True)
class Peer:
    name: str
    command: Callable[[Job], Sequence[object]]
    told: Callable[[Path], Told]
    """Reads what the command left in its folder."""
    program: Path
    """There if the client is installed."""
    requirements: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    """Packages installed without what they ask for: those ask for a GPU's gigabytes."""


def _ours(job: Job) -> Sequence[object]:
    return (
        *(sys.executable, "-m", "inferometer", "bench"),
        *("--base-url", job.url, "--ignore-eos", "--no-calibration"),
        *("--random-input-len", PROMPT_TOKENS, "--random-output-len", EVENTS),
        *("--num-prompts", job.requests, "--max-concurrency", job.streams),
        *("--save-result", "--result-dir", job.out),
        *("--result-filename", "result.json", "--allow-invalid", "--quiet"),
    )


def _vllm(job: Job) -> Sequence[object]:
    return (
        *(VLLM, "bench", "serve", "--backend", "openai"),
        *("--base-url", job.url, "--endpoint", "/v1/completions"),
        *("--model", "paced", "--tokenizer", job.tokenizer),
        *("--dataset-name", "random", "--ignore-eos"),
        *("--random-input-len", PROMPT_TOKENS, "--random-output-len", EVENTS),
        *("--num-prompts", job.requests, "--max-concurrency", job.streams),
        *("--percentile-metrics", "ttft,itl", "--metric-percentiles", "99"),
        *("--save-result", "--result-dir", job.out),
        *("--result-filename", "result.json"),
    )


def _sglang(module: str) -> Callable[[Job], Sequence[object]]:
    return lambda job: (
        *(SGLANG, "-m", f"sglang.benchmark.{module}", "--backend", "vllm"),
        *("--base-url", job.url, "--model", "paced"),
        *("--tokenizer", job.tokenizer, "--dataset-name", "random-ids"),
        *("--random-input-len", PROMPT_TOKENS, "--random-output-len", EVENTS),
        *("--random-range-ratio", 1, "--warmup-requests", 0),
        *("--num-prompts", job.requests, "--max-concurrency", job.streams),
        *("--disable-tqdm", "--output-file", job.out / "result.json"),
    )


def _guidellm(job: Job) -> Sequence[object]:
    lengths = f"prompt_tokens={PROMPT_TOKENS},output_tokens={EVENTS}"
    backend = f"target={job.url},request_format=/v1/completions,model=paced"
    return (
        *(GUIDELLM, "run", "--backend", f"kind=openai_http,{backend}"),
        *("--profile", f"kind=concurrent,streams={job.streams}"),
        *("--constraint", f"kind=max_requests,count={job.requests}"),
        *("--tokenizer", f"kind=huggingface_auto,model={job.tokenizer}"),
        *("--data", f"kind=synthetic_text,{lengths}"),
        *("--output", f"kind=json,path={job.out / 'result.json'}"),
        "--disable-console-interactive",
    )


def _aiperf(job: Job) -> Sequence[object]:
    return (
        *(AIPERF, "profile", "--model", "paced", "--url", job.url),
        *("--endpoint-type", "completions", "--streaming"),
        *("--tokenizer", job.tokenizer, "--use-server-token-count"),
        *("--isl", PROMPT_TOKENS, "--osl", EVENTS),
        *("--extra-inputs", "ignore_eos:true"),
        *("--request-count", job.requests, "--concurrency", job.streams),
        *("--artifact-dir", job.out, "--ui", "none"),
        *("--no-gpu-telemetry", "--no-server-metrics"),
    )


def _evalscope(job: Job) -> Sequence[object]:
    return (
        *(EVALSCOPE, "perf", "--url", f"{job.url}/v1/completions"),
        *("--api", "openai", "--model", "paced", "--dataset", "random"),
        *("--tokenizer-path", job.tokenizer),
        *("--min-prompt-length", PROMPT_TOKENS),
        *("--max-prompt-length", PROMPT_TOKENS),
        *("--min-tokens", EVENTS, "--max-tokens", EVENTS),
        *("--number", job.requests, "--parallel", job.streams),
        *("--extra-args", '{"ignore_eos": true}', "--no-test-connection"),
        *("--outputs-dir", job.out, "--no-timestamp"),
    )


def _flat(out: Path) -> Told:
    """The result file of `vllm bench serve`, which SGLang's and ours take their names from."""
    result = json.loads((out / "result.json").read_text())
    return Told(
        *(
            result.get(f"{statistic}_{metric}_ms")
            for metric in ("ttft", "itl")
            for statistic in ("mean", "p99")
        )
    )


def _guidellm_told(out: Path) -> Told:
    """Its ITL is a mean of each request, so its p99 is not one of gaps."""
    metrics = json.loads((out / "result.json").read_text())["benchmarks"][0][
        "metrics"
    ]
    ttft = metrics["time_to_first_token_ms"]["successful"]
    itl = metrics["inter_token_latency_ms"]["successful"]
    return Told(ttft["mean"], ttft["percentiles"]["p99"], itl["mean"])


def _aiperf_told(out: Path) -> Told:
    result = json.loads((out / "profile_export_aiperf.json").read_text())
    ttft, gap = result["time_to_first_token"], result["inter_chunk_latency"]
    return Told(ttft["avg"], ttft["p99"], gap["avg"], gap["p99"])


def _evalscope_told(out: Path) -> Told:
    summary = json.loads(next(out.rglob("benchmark_summary.json")).read_text())
    percentiles = json.loads(
        next(out.rglob("benchmark_percentile.json")).read_text()
    )
    p99 = next(row for row in percentiles if row["Percentiles"] == "99%")
    return Told(
        summary["Avg TTFT (ms)"],
        p99["TTFT (ms)"],
        summary["Avg ITL (ms)"],
        p99["ITL (ms)"],
    )


VLLM = ROOT / ".engines" / "vllm" / "bin" / "vllm"
"""`make test-engines` installs it."""
SGLANG = PEERS / "sglang" / "bin" / "python"
GUIDELLM = PEERS / "guidellm" / "bin" / "guidellm"
AIPERF = PEERS / "aiperf" / "bin" / "aiperf"
EVALSCOPE = PEERS / "evalscope" / "bin" / "evalscope"
_OF_SGLANG = (
    *("aiohttp", "msgspec", "numpy", "orjson", "requests", "tqdm", "pillow"),
    *("transformers==5.19.0", "torch==2.13.0", "torchvision", "pybase64"),
    *("datasets", "psutil", "starlette", "uvicorn", "pyzmq", "setproctitle"),
    *("uvloop", "distro", "partial_json_parser", "prometheus-client"),
    *("scipy", "sentencepiece", "tiktoken", "einops", "IPython", "gguf"),
    *("compressed-tensors", "xgrammar"),
)
_IN_SGLANG = ("sglang==0.5.23",)
TABLE = {
    "ours": Peer("inferometer bench", _ours, _flat, Path(sys.executable)),
    "vllm": Peer("vllm bench serve", _vllm, _flat, VLLM),
    "sglang": Peer(
        "SGLang, Python client",
        _sglang("serving"),
        _flat,
        SGLANG,
        _OF_SGLANG,
        _IN_SGLANG,
    ),
    "sglang-rust": Peer(
        "SGLang, Rust client",
        _sglang("rust_client"),
        _flat,
        SGLANG,
        _OF_SGLANG,
        _IN_SGLANG,
    ),
    "guidellm": Peer(
        "GuideLLM", _guidellm, _guidellm_told, GUIDELLM, ("guidellm==0.8.1",)
    ),
    "aiperf": Peer(
        "AIPerf", _aiperf, _aiperf_told, AIPERF, ("aiperf==0.13.0",)
    ),
    "evalscope": Peer(
        "EvalScope",
        _evalscope,
        _evalscope_told,
        EVALSCOPE,
        ("evalscope[perf]==1.14.1",),
    ),
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One run of a client. Times are in ms."""

    told: Told
    true: Told
    cpu_s: float
    """Of all its processes."""
    first_request_s: float
    """From its start to the arrival of its first request."""
    requests: int
    """That the server saw end."""


def _turn(peer: Peer, streams: int, requests: int, tokenizer: Path) -> Turn:
    with (
        PacedServer(ttft_ms=TTFT_MS, itl_ms=ITL_MS) as server,
        tempfile.TemporaryDirectory(prefix="inferometer-peers-") as folder,
    ):
        out = Path(folder)
        job = Job(server.url, streams, requests, tokenizer, out)
        started_ns, before_s = time.monotonic_ns(), _children_cpu_s()
        _run([str(part) for part in peer.command(job)], out / "log.txt")
        cpu_s = _children_cpu_s() - before_s
        truth = server.truth("")
        whole = truth.event_count == EVENTS
        first = truth.event_start[whole]
        departure_ns = truth.departure_ns[first[:, None] + np.arange(EVENTS)]
        ttft_ns = departure_ns[:, 0] - truth.arrival_ns[whole]
        return Turn(
            peer.told(out),
            _summed_up(ttft_ns, np.diff(departure_ns)),
            cpu_s,
            (int(truth.arrival_ns.min()) - started_ns) / 1e9,
            int(whole.sum()),
        )


def _summed_up(ttft_ns: np.ndarray, gap_ns: np.ndarray) -> Told:
    return Told(
        *(
            float(figure) / MS
            for values in (ttft_ns, gap_ns)
            for figure in (values.mean(), np.percentile(values, 99))
        )
    )


def _children_cpu_s() -> float:
    """Of every process that has ended below this one. Orphans come here too: see `main`."""
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                break
        except ChildProcessError:
            break
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _run(command: list[str], log: Path) -> None:
    # A client that looks for a proxy or a hub would wait for the network.
    environment = {
        **os.environ,
        "NO_PROXY": "*",
        "PYTHONWARNINGS": "ignore",
        "TOKENIZERS_PARALLELISM": "false",
    }
    with cores.pinned(cores.CLIENT), log.open("wb") as sink:
        try:
            code = subprocess.run(
                command,
                stdout=sink,
                stderr=sink,
                stdin=subprocess.DEVNULL,
                env=environment,
                timeout=TIME_LIMIT_S,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            raise SystemExit(
                f"{shlex.join(command)}\nhad not ended after {TIME_LIMIT_S} s."
            ) from None
    if code:
        last = log.read_text(errors="replace")[-2000:]
        raise SystemExit(f"{shlex.join(command)}\nended with {code}:\n{last}")


def _write_tokenizer(folder: Path) -> None:
    """A token is a character. All clients count alike with it, and none has to ask a hub."""
    space = "\u0120"
    tokens = ["</s>", *map(chr, range(33, 127)), space]
    end = {"id": 0, "content": "</s>", "special": True}
    sides = ("single_word", "lstrip", "rstrip", "normalized")
    by_byte = {
        "type": "ByteLevel",
        "add_prefix_space": False,
        "trim_offsets": True,
        "use_regex": True,
    }
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{**end, **dict.fromkeys(sides, False)}],
        "normalizer": None,
        "pre_tokenizer": by_byte,
        "post_processor": None,
        "decoder": by_byte,
        "model": {
            "type": "BPE",
            "vocab": {token: number for number, token in enumerate(tokens)},
            "merges": [],
        },
    }
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": "</s>",
        "model_max_length": 1 << 17,
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))


def _reader_us(streams: int, requests: int) -> float:
    """CPU of the C reader for the same work, µs an event: the least that any client needs."""
    with (
        PacedServer(ttft_ms=TTFT_MS, itl_ms=ITL_MS) as server,
        cores.pinned(cores.CLIENT, real_time=True),
    ):
        done = subprocess.run(
            [
                program("reader"),
                f"--port={server.port}",
                f"--streams={streams}",
                f"--requests={requests}",
                f"--prompt-tokens={PROMPT_TOKENS}",
                f"--max-tokens={EVENTS}",
            ],
            stdout=subprocess.PIPE,
            check=True,
        )
    return float(json.loads(done.stdout)["cpu_s"]) / requests / EVENTS * 1e6


def _print_level(
    streams: int,
    turns: Mapping[str, list[Turn]],
    few: Mapping[str, Turn],
    reader_us: list[float],
) -> None:
    def error(told: str, of: list[Turn], digits: int) -> str:
        values = [
            (getattr(turn.told, told), getattr(turn.true, told)) for turn in of
        ]
        if any(reported is None for reported, _ in values):
            return "not reported"
        return spread([reported - true for reported, true in values], digits)

    rows = [
        (
            TABLE[name].name,
            error("mean_ttft", of, 2),
            error("p99_ttft", of, 2),
            error("mean_itl", of, 2),
            error("p99_itl", of, 2),
            spread(
                [
                    (turn.cpu_s - few[name].cpu_s)
                    / (turn.requests - few[name].requests)
                    / EVENTS
                    * 1e6
                    for turn in of
                ],
                1,
            ),
            spread([turn.cpu_s for turn in of], 1),
            spread([turn.first_request_s for turn in of], 1),
        )
        for name, of in turns.items()
    ]
    rows.append(
        (
            "a C reader that only reads",
            *("",) * 4,
            spread(reader_us, 1),
            *("",) * 2,
        )
    )
    requests = median(turn.requests for of in turns.values() for turn in of)
    print_table(
        f"{streams:,} streams, {requests:,.0f} requests of {EVENTS} events",
        (
            "client",
            "TTFT mean, error in ms",
            "TTFT p99",
            "ITL mean",
            "ITL p99",
            "CPU an event, µs",
            "CPU in all, s",
            "first request after, s",
        ),
        rows,
    )


def _install(names: Sequence[str]) -> None:
    for name in names:
        peer = TABLE[name]
        if peer.program.exists() or not peer.requirements:
            continue
        folder = peer.program.parents[1]
        print(f"{name}: installing into {folder}", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [str(folder / "bin" / "pip"), "install", "--quiet"]
        subprocess.run([*pip, *peer.requirements], check=True)
        if peer.alone:
            subprocess.run([*pip, "--no-deps", *peer.alone], check=True)


def _print_versions(names: Sequence[str]) -> None:
    print("\n### Versions and commands\n")
    for name in names:
        job = Job("URL", 1024, 4096, Path("TOKENIZER"), Path("FOLDER"))
        words = [str(part) for part in TABLE[name].command(job)]
        words[0] = Path(words[0]).name
        print(f"- {TABLE[name].name} {_version(name)}: `{shlex.join(words)}`")


def _version(name: str) -> str:
    package = {"ours": "inferometer"}.get(name, name.partition("-")[0])
    python = TABLE[name].program.with_name("python")
    asked = f"import importlib.metadata as m; print(m.version({package!r}))"
    return subprocess.run(
        [python, "-c", asked], stdout=subprocess.PIPE, text=True, check=True
    ).stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "names", nargs="*", metavar="CLIENT", help=", ".join(TABLE)
    )
    parser.add_argument("--install", action="store_true")
    parser.add_argument(
        "--streams", type=int, nargs="+", default=[32, 128, 512, 1024]
    )
    parser.add_argument("--repeats", type=int, default=1)
    chosen = parser.parse_args()
    names = chosen.names or list(TABLE)
    if unknown := set(names) - set(TABLE):
        parser.error(f"there is no client {', '.join(unknown)}")
    if chosen.install:
        _install(names)
        return
    missing = [name for name in names if not TABLE[name].program.exists()]
    names = [name for name in names if name not in missing]
    print(heading(), flush=True)
    if missing:
        print(f"\nNot installed, so not here: {', '.join(missing)}.")
    # Processes whose parent has gone come here, so that their CPU is counted.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory(prefix="inferometer-tokenizer-") as folder:
        _write_tokenizer(Path(folder))
        _compare(names, chosen.streams, chosen.repeats, Path(folder))


def _compare(
    names: Sequence[str], levels: Sequence[int], repeats: int, tokenizer: Path
) -> None:
    _print_versions(names)
    few = {}
    for name in names:
        _turn(TABLE[name], FEW, FEW, tokenizer)  # compiles and caches its files
        few[name] = _turn(TABLE[name], FEW, FEW, tokenizer)
    for streams in levels:
        requests = 4 * streams
        turns: dict[str, list[Turn]] = {name: [] for name in names}
        reader_us = []
        for _ in range(repeats):
            for name in names:
                print(f"{streams} streams: {name}", file=sys.stderr, flush=True)
                turns[name].append(
                    _turn(TABLE[name], streams, requests, tokenizer)
                )
            reader_us.append(_reader_us(streams, requests))
        _print_level(streams, turns, few, reader_us)


if __name__ == "__main__":
    main()
