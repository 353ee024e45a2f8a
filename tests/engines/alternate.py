"""Measure one running vLLM in alternation with its own client and with ours, and print both side by
side.

    python -m tests.engines.alternate [--concurrency 1 4 8] [--request-rate R] [--rounds 3]
    compares the two clients
    python -m tests.engines.alternate --keep DIR                             keeps their files for
    `inferometer compare`
    python -m tests.engines.alternate --starvation                             what a server that
    spins does to our client

The comparison swaps the order of the clients every round and never repeats a prompt. Below each
client's mean stands the mean that the server's own histogram grew by meanwhile; it begins and ends
within the client's, so a client that says much more, or less, has measured itself. (The few
requests that a client sends beside its measurement are in the server's mean.) The two clients agree
on every definition but one: vLLM's takes a token without text (part of a character) for output,
ours does not. Client CPU is that of the whole command, imports included. A script for people, not a
test. Needs `install.py`.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from tests.engines.servers import (
    OFFLINE,
    Server,
    counters,
    make_tiny_model,
    program,
    vllm,
)

FIGURES = (
    ("TTFT mean (ms)", "mean_ttft_ms"),
    ("  says the server", "time_to_first_token_seconds"),
    ("TTFT p50", "p50_ttft_ms"),
    ("TTFT p99", "p99_ttft_ms"),
    ("TPOT mean (ms)", "mean_tpot_ms"),
    ("  says the server", "request_time_per_output_token_seconds"),
    ("TPOT p50", "p50_tpot_ms"),
    ("TPOT p99", "p99_tpot_ms"),
    ("ITL mean (ms)", "mean_itl_ms"),
    ("  says the server", "inter_token_latency_seconds"),
    ("ITL p50", "p50_itl_ms"),
    ("ITL p99", "p99_itl_ms"),
    ("E2EL mean (ms)", "mean_e2el_ms"),
    ("  says the server", "e2e_request_latency_seconds"),
    ("E2EL p50", "p50_e2el_ms"),
    ("E2EL p99", "p99_e2el_ms"),
    ("requests/s", "request_throughput"),
    ("output tokens/s", "output_throughput"),
    ("input tokens", "total_input_tokens"),
    ("output tokens", "total_output_tokens"),
    ("client CPU (s)", "client_cpu_s"),
    ("command wall (s)", "command_wall_s"),
)
"""What is printed, and its key: vLLM's result file, the name of a histogram of vLLM's (without
`vllm:`), or ours below.
"""

Options = Sequence[str]
Client = Callable[[Server, Path, Options], Sequence[str]]

_seeds = itertools.count(1)


def workload(args: argparse.Namespace) -> list[str]:
    """The flags that both clients share; a seed of its own for every run, or the server's prefix
    cache answers.
    """
    flags = [
        "--dataset-name",
        "random",
        "--random-input-len",
        str(args.input_len),
        "--random-output-len",
        str(args.output_len),
    ]
    flags += [
        "--num-prompts",
        str(args.num_prompts),
        "--ignore-eos",
        "--seed",
        str(next(_seeds)),
    ]
    return [
        *flags,
        "--percentile-metrics",
        "ttft,tpot,itl,e2el",
        "--metric-percentiles",
        "50,99",
    ]


def vllm_client(
    server: Server, results: Path, options: Options
) -> Sequence[str]:
    command = [
        str(program("vllm", "vllm")),
        "bench",
        "serve",
        "--backend",
        "openai",
        "--base-url",
        server.base_url,
    ]
    command += [
        "--model",
        server.model,
        "--tokenizer",
        str(server.tokenizer),
        "--disable-tqdm",
    ]
    return [*command, "--save-result", "--result-dir", str(results), *options]


def our_client(
    server: Server, results: Path, options: Options
) -> Sequence[str]:
    command = [
        str(Path(sys.executable).with_name("inferometer")),
        "bench",
        "--backend",
        "openai",
    ]
    command += ["--base-url", server.base_url, "--model", server.model]
    return [*command, "--save-result", "--result-dir", str(results), *options]


CLIENTS: Mapping[str, Client] = {
    "vllm bench serve": vllm_client,
    "inferometer bench": our_client,
}


def run(command: Sequence[str], arrivals: str = "") -> tuple[float, float]:
    """Wall and CPU seconds of a command and its children; ends this script with the command's own
    words if it fails. `arrivals` is the value of INFEROMETER_ARRIVALS.
    """
    environment = os.environ | OFFLINE | {"INFEROMETER_ARRIVALS": arrivals}
    started = time.monotonic()
    with tempfile.TemporaryFile("w+b") as output:
        process = subprocess.Popen(
            command, env=environment, stdout=output, stderr=output
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (
            0,
            1,
        ):  # 1 is our INVALID: measured, and shown
            output.seek(0)
            said = output.read().decode(errors="replace")
            sys.exit(
                f"{' '.join(command[:3])} exited with {process.returncode}:\n{said}"
            )
    return time.monotonic() - started, usage.ru_utime + usage.ru_stime


def measure(
    client: str,
    server: Server,
    options: Options,
    keep: Path | None = None,
    arrivals: str = "",
) -> dict[str, Any]:
    """One run of a client: its result file, what the command itself cost, and the means of the
    server's own histograms, ms.

    What it saved is copied to `keep`, into a folder named after the client.
    """
    before = counters(server)
    with tempfile.TemporaryDirectory() as results:
        command = CLIENTS[client](server, Path(results), options)
        wall_s, cpu_s = run(command, arrivals)
        (saved,) = Path(results).glob("*.json")
        result: dict[str, Any] = json.loads(saved.read_text(encoding="utf-8"))
        if keep is not None:
            shutil.copytree(
                results, keep / client.replace(" ", "-"), dirs_exist_ok=True
            )
    after = counters(server)
    for name in (key for _, key in FIGURES if key.endswith("_seconds")):
        total, count = (
            after[f"vllm:{name}_{part}"] - before[f"vllm:{name}_{part}"]
            for part in ("sum", "count")
        )
        result[name] = 1e3 * total / count
    return result | {"command_wall_s": wall_s, "client_cpu_s": cpu_s}


def compare(args: argparse.Namespace, server: Server) -> None:
    loads = [
        ("closed loop", "--max-concurrency", str(n)) for n in args.concurrency
    ]
    loads += [
        ("open loop", "--request-rate", f"{rate:g}")
        for rate in args.request_rate
    ]
    for kind, flag, value in loads:
        rounds: dict[str, list[dict[str, Any]]] = {name: [] for name in CLIENTS}
        for n in range(args.rounds):
            for name in list(CLIENTS)[:: 1 if n % 2 == 0 else -1]:
                ours = (
                    ["--no-realtime"]
                    if args.no_realtime and name == "inferometer bench"
                    else []
                )
                rounds[name].append(
                    measure(
                        name,
                        server,
                        [*workload(args), flag, value, *ours],
                        args.keep,
                    )
                )
        print(
            f"\n{kind}, {flag} {value}: {args.num_prompts} prompts, {args.input_len} → "
            f"{args.output_len} tokens, "
            f"median (lowest – highest) of {args.rounds} rounds"
        )
        print_columns(rounds)


def print_columns(rounds: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    print(f"{'':22}" + "".join(f"{name:>30}" for name in rounds))
    for label, key in FIGURES:
        cells = []
        for results in rounds.values():
            values = [float(result[key]) for result in results]
            cells.append(
                f"{statistics.median(values):10.2f} ({min(values):.2f} – {max(values):.2f})"
            )
        print(
            f"{label:22}" + "".join(f"{cell:>30}" for cell in cells), flush=True
        )


def starvation(args: argparse.Namespace, model: Path, logs: Path) -> None:
    """One long stream at a time, from a server that spins and from one that does not, at both
    priorities of our loop, by reads and by the packet ring.
    """
    print(
        f"{'server':10}{'loop':>9}{'stamps':>8}{'waited for a core':>20}{'share':>8}"
        f"{'TTFT mean':>11}{'server':>9}{'ITL mean':>10}{'server':>9}{'p99':>9}"
        f"{'shared stamps':>15}{'ambiguity max':>15}  verdict"
    )
    for quiet in (False, True):
        with vllm(
            model, log=logs / f"vllm-{quiet}.log", quiet_yield=quiet
        ) as server:
            for _, priority, arrivals in itertools.product(
                range(args.rounds),
                ("--no-realtime", "--realtime"),
                ("read", "ring"),
            ):
                print(
                    f"{'patched' if quiet else 'spinning':10}"
                    + starved(args, server, priority, arrivals),
                    flush=True,
                )


def starved(
    args: argparse.Namespace, server: Server, priority: str, arrivals: str
) -> str:
    """One row: what our client says, of itself too, beside what the server's histograms grew by."""
    options = [*workload(args), "--max-concurrency", "1", priority]
    with tempfile.TemporaryDirectory() as kept:
        result = measure(
            "inferometer bench", server, options, Path(kept), arrivals
        )
        (directory,) = (path.parent for path in Path(kept).rglob("run.json"))
        run_json = (directory / "run.json").read_text(encoding="utf-8")
        workers = json.loads(run_json)["workers"]
        verdict = json.loads(
            (directory / "verdict.json").read_text(encoding="utf-8")
        )
        events = pl.read_parquet(directory / "events.parquet")
    doubts = [
        each["name"]
        for each in verdict["findings"]
        if each["level"] in ("suspect", "invalid")
    ]
    waited_ns, wall_ns = (
        sum(w["run_queue_ns"] for w in workers),
        sum(w["wall_ns"] for w in workers),
    )
    ambiguity_ms = events["ambiguity_ns"].to_numpy() / 1e6
    return (
        f"{workers[0]['scheduling']:>9}{arrivals:>8}{waited_ns / 1e6:17.1f} ms"
        f"{waited_ns / wall_ns:8.1%}{result['mean_ttft_ms']:11.2f}"
        f"{result['time_to_first_token_seconds']:9.2f}{result['mean_itl_ms']:10.2f}"
        f"{result['inter_token_latency_seconds']:9.2f}{result['p99_itl_ms']:9.2f}"
        f"{(ambiguity_ms > 0).mean():15.1%}{ambiguity_ms.max():12.2f} ms"
        f"  {verdict['status']} {', '.join(doubts)}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=(
            "Measure one vLLM in alternation with its own client and with inferometer bench."
        )
    )
    parser.add_argument(
        "--starvation",
        action="store_true",
        help="our client only, on a spinning and on a patched server",
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--concurrency", type=int, nargs="*", default=[1, 4, 8])
    parser.add_argument(
        "--request-rate",
        type=float,
        nargs="*",
        default=[],
        help="open loops to measure too, requests/s",
    )
    parser.add_argument("--num-prompts", type=int, default=64)
    parser.add_argument("--input-len", type=int, default=128)
    parser.add_argument("--output-len", type=int, default=64)
    parser.add_argument(
        "--layers", type=int, default=2, help="size of the tiny model"
    )
    parser.add_argument(
        "--hidden", type=int, default=128, help="size of the tiny model"
    )
    parser.add_argument(
        "--keep", type=Path, help="folder for the files that both clients save"
    )
    parser.add_argument(
        "--no-realtime",
        action="store_true",
        help="our client at ordinary priority, as the other",
    )
    parser.add_argument(
        "--spinning",
        action="store_true",
        help="leave vLLM spinning on sched_yield",
    )
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        model = make_tiny_model(
            Path(scratch) / "tiny", layers=args.layers, hidden=args.hidden
        )
        if args.starvation:
            starvation(args, model, Path(scratch))
        else:
            with vllm(
                model,
                log=Path(scratch) / "vllm.log",
                quiet_yield=not args.spinning,
            ) as server:
                compare(args, server)


if __name__ == "__main__":
    main()
