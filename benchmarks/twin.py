"""How fast the twin runs in virtual time, and how far it is from published measurements.

    .venv/bin/python benchmarks/twin.py speed [--requests 20000]
    .venv/bin/python benchmarks/twin.py points [--requests 600]
    .venv/bin/python benchmarks/twin.py memory [--requests 1000000]
    .venv/bin/python benchmarks/twin.py chance [--requests 300]
    .venv/bin/python benchmarks/twin.py ladder POINTS.csv

`speed` counts CPU seconds of the one thread, so that a busy machine disturbs it less. So does
`points`, of points as `simulate` runs and records them, without its start, statistics and files;
the least of three. `chance` runs loads at a rate with 40 seeds, and counts how often a run's
interval, as far as it is chance, has another run's value in it: 90% is meant; once as `capacity`
takes it, from runs with other seeds, and once as `simulate` does, from the run alone. `ladder`
replays a ladder of `vllm bench serve` as its client sends it: prompt 0 once, then N prompts at once
for each N in ascending order against one server, each N's prompts the first of the next one's.
"""

from __future__ import annotations

import argparse
import csv
import platform
import random
import resource
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import permutations
from pathlib import Path
from statistics import mean

import numpy as np
from table import print_table

from inferometer.engine import EmbeddedEngine
from inferometer.engine.twin.client import (
    TwinLoad,
    latencies_ms,
    measured,
    play,
)
from inferometer.engine.twin.configuration import TwinSettings, make_twin
from inferometer.engine.twin.fitted import around, outcome
from inferometer.engine.twin.noise import RUNS, noise_of
from inferometer.engine.twin.request import TwinRequest
from inferometer.engine.twin.simulation import Simulation, run
from inferometer.measurement.session import Session
from inferometer.measurement.virtual_engine import VirtualEngine
from inferometer.metrics.distribution import describe
from inferometer.metrics.intervals import rate_interval
from inferometer.metrics.statistics import (
    Interval,
    interval_of_mean,
    interval_of_percentile,
)
from inferometer.protocol import PROTOCOLS
from inferometer.results.point import Range
from inferometer.results.predicted import predicted_ranges
from inferometer.server.endpoint import Endpoint
from inferometer.spec.output import Output
from inferometer.spec.run import RunSpec
from inferometer.system.interruption import Interruption
from inferometer.vocabulary import ONE_A_REQUEST

SECOND = 1_000_000_000
Values = Mapping[str, float]
Ends = Mapping[str, tuple[float, float]]
"""By metric: low and high."""


@dataclass(frozen=True)
class Load:
    settings: TwinSettings
    rate: float
    """Requests per second, Poisson."""
    prompt: int = 1024
    output: int = 128


R9700 = TwinSettings(
    card="r9700",
    model="llama-3.1-8b",
    stack="vllm-0.10.2-eager",
    host="threadripper",
    max_model_len=1280,
)
H100 = TwinSettings(card="h100", model="llama-3.1-8b", max_model_len=4096)
LOADS = {
    "R9700, 8B, eager, 1 req/s": Load(R9700, 1),
    "R9700, 8B, eager, 3 req/s (near its limit)": Load(R9700, 3),
    "H100, 8B, graphs, async, 10 req/s": Load(H100, 10),
    "H100, 8B, graphs, async, 30 req/s (above its limit)": Load(H100, 30),
    "H100, 8B, 256 in, 64 out, 10 req/s": Load(H100, 10, 256, 64),
}


def arrivals(load: Load, requests: int) -> Iterator[TwinRequest]:
    rng = random.Random(0)
    now_ns = 0
    for number in range(requests):
        now_ns += int(rng.expovariate(load.rate) * SECOND)
        yield TwinRequest(number, load.prompt, load.output, arrived_ns=now_ns)


def simulated(load: Load, requests: int) -> tuple[float, float, int]:
    """(CPU seconds, simulated seconds, steps)."""
    simulation = make_twin(load.settings).simulation()
    began_s = time.process_time()
    ended_ns = 0
    for each in run(simulation, arrivals(load, requests)):
        ended_ns = each.finished_ns
    return (
        time.process_time() - began_s,
        ended_ns / SECOND,
        simulation.steps,
    )


def speed(requests: int) -> None:
    rows = []
    for name, load in LOADS.items():
        cpu_s, ended_s, steps = simulated(load, requests)
        rows.append(
            [
                name,
                f"{requests / cpu_s:,.0f}",
                f"{ended_s / cpu_s:,.0f}",
                f"{steps / cpu_s:,.0f}",
            ]
        )
    heads = ["load", "requests/s", "times real time", "steps/s"]
    print_table(f"Virtual time, {requests:,} requests", heads, rows)


POINTS: dict[str, dict[str, float]] = {
    **{f"{rate} req/s": {"request_rate": rate} for rate in (1, 7, 30, 100)},
    "32 users": {"max_concurrency": 32},
}


def points(requests: int) -> None:
    rows = []
    with EmbeddedEngine(replace(H100, speed=1000.0), model="m") as front:
        endpoint = Endpoint(front.base_url, routes=PROTOCOLS["openai"].routes)
        with Session(endpoint, Output()) as session:
            for name, load in POINTS.items():
                wanted = {"num_prompts": requests, **load}
                runs = [point(session, wanted) for _ in range(3)]
                cpu_s, ended_s = min(runs)
                times = f"{ended_s / cpu_s:,.0f}"
                rows.append([name, f"{1000 * cpu_s:,.0f}", times])
    title = f"Points of {requests:,} requests: H100, 8B, 1,024 in, 128 out"
    print_table(title, ["load", "CPU ms", "times real time"], rows)


def point(session: Session, load: Mapping[str, float]) -> tuple[float, float]:
    """(CPU seconds, simulated seconds)."""
    spec = RunSpec.model_validate(
        {
            "target": {"base_url": session.endpoint.base_url, "model": "m"},
            "workload": {"input_len": 1024, "output_len": 128},
            "load": load,
            "sampling": {"ignore_eos": True},
        }
    )
    ready, engine = session.prepare(spec), VirtualEngine(H100)
    began_s = time.process_time()
    with Interruption() as interruption:
        engine.run(
            ready,
            Output(),
            on_progress=lambda _: None,
            interruption=interruption,
        )
    return time.process_time() - began_s, engine.virtual_s


def memory(requests: int) -> None:
    """Peak memory after a tenth of the requests, and after all."""
    load = LOADS["R9700, 8B, eager, 1 req/s"]
    simulation = make_twin(load.settings).simulation()
    began_s = time.process_time()
    peaks: list[int] = []
    for done, _ in enumerate(run(simulation, arrivals(load, requests)), 1):
        if done in (requests // 10, requests):
            usage = resource.getrusage(resource.RUSAGE_SELF)
            peaks.append(usage.ru_maxrss)
    cpu_s = time.process_time() - began_s
    rows = [
        [f"{requests:,}", f"{cpu_s:,.0f}", *(f"{p / 1024:.0f}" for p in peaks)]
    ]
    heads = ["requests", "CPU s", "peak MiB at a tenth", "peak MiB at the end"]
    print_table("A long run", heads, rows)


SEEDS = 40
CHANCES = {
    "256 in, 16 out, 12 req/s": TwinLoad(0, 256, 16, request_rate=12),
    "1,024 in, 128 out, 1 req/s": TwinLoad(0, 1024, 128, request_rate=1),
    "1,024 in, 128 out, 3 req/s": TwinLoad(0, 1024, 128, request_rate=3),
}
METRICS = [
    *(f"{of}_{name}_ms" for of in ("mean", "p99") for name in ONE_A_REQUEST),
    "output_throughput",
]
NO_ERROR = {kind: [1e-9, 1e-9] for kind in (*ONE_A_REQUEST, "throughput")}


def chance(requests: int) -> None:
    by_runs: list[list[str]] = []
    by_itself: list[list[str]] = []
    for name, load in CHANCES.items():
        points = [
            replace(load, requests=requests, seed=seed * RUNS)
            for seed in range(SEEDS)
        ]
        for rows, ends in ((by_runs, of_runs), (by_itself, of_the_run)):
            found = [ends(point) for point in points]
            rows.append([name, *(covered(found, each) for each in METRICS)])
    title = f"R9700, {requests:,} requests, {SEEDS} seeds: pairs that cover"
    print_table(f"{title}, by runs", ["load", *METRICS], by_runs)
    print_table(f"{title}, by the run alone", ["load", *METRICS], by_itself)


def of_runs(load: TwinLoad) -> tuple[Values, Ends]:
    again = partial(outcome, R9700)
    values = again(load)
    noise = noise_of(load, values, again)
    said = {name: around(values[name], each) for name, each in noise.items()}
    return values, {name: (each.low, each.high) for name, each in said.items()}


def of_the_run(load: TwinLoad) -> tuple[Values, Ends]:
    """As `simulate` takes it from the files of a run, if the twin had no error."""
    done = play(make_twin(R9700).simulation(), load)
    done.sort(key=lambda each: each.arrived_ns)
    metrics, intervals = {}, {}
    own: dict[str, Interval | None] = {}
    for name, each_ms in latencies_ms(done).items():
        own[f"mean_{name}_ms"] = interval = interval_of_mean(each_ms)
        if interval is not None:
            intervals[f"mean_{name}_ms"] = asdict(interval)
        if name == "ttft":
            own["p99_ttft_ms"] = interval_of_percentile(each_ms, 99)
        metrics[name] = asdict(describe(each_ms, [50, 90, 99]))
    sent_s, end_s = (
        np.array([getattr(each, of) for each in done]) / SECOND
        for of in ("arrived_ns", "finished_ns")
    )
    tokens = np.array([float(each.answer_tokens) for each in done])
    own["output_throughput"] = rate_interval(sent_s, end_s, tokens)
    server = {"simulated": {"relative_errors": NO_ERROR}}
    values = measured(done)
    found = predicted_ranges(
        {"spec": {"server": server}},
        {"metrics": metrics, "intervals": intervals},
        values,
        {
            name: Range(each.low, each.high)
            for name, each in own.items()
            if each
        },
    )
    return values, {name: (each.low, each.high) for name, each in found.items()}


def covered(runs: Sequence[tuple[Values, Ends]], metric: str) -> str:
    """How often the interval of one run contains another run's value."""
    inside = [
        ends[metric][0] <= other[metric] <= ends[metric][1]
        for (_, ends), (other, _) in permutations(runs, 2)
    ]
    return f"{100 * mean(inside):.0f}%"


def prompts(number: int, at_ns: int) -> list[TwinRequest]:
    return [
        TwinRequest(
            each,
            1023,
            128,
            arrived_ns=at_ns,
            prompt=range(each * 2048, each * 2048 + 1023),
        )
        for each in range(number)
    ]


def rung(simulation: Simulation, number: int, at_ns: int) -> list[TwinRequest]:
    return list(run(simulation, prompts(number, at_ns)))


def ladder(path: Path) -> None:
    """Config A (one card, consumer host) and C (Threadripper, one and two cards), 8B."""
    points = list(csv.DictReader(path.open(encoding="utf-8")))
    build = replace(R9700, stack="vllm-0.10.2-rocm7.0-eager")
    cases = {
        ("A", 1): replace(build, host="consumer"),
        ("C", 1): build,
        ("C", 2): replace(build, tp=2, link="pcie4x16"),
    }
    for (config, tp), settings in cases.items():
        measured = {
            int(row["num_prompts"]): row
            for row in points
            if row["config"] == config
            and int(row["tp"]) == tp
            and "8B" in row["model"]
        }
        if measured:
            print_ladder(f"R9700, config {config}, TP{tp}", settings, measured)


def print_ladder(
    title: str, settings: TwinSettings, measured: dict[int, dict[str, str]]
) -> None:
    simulation = make_twin(settings).simulation()
    rung(simulation, 1, 0)
    rows, now_ns = [], 100 * SECOND
    for number in range(1, max(measured) + 1):
        done = rung(simulation, number, now_ns)
        if row := measured.get(number):
            rows.append([str(number), *compared(done, now_ns, row)])
        now_ns = max(each.finished_ns for each in done) + 10 * SECOND
    heads = ["prompts at once", "tok/s", "error", "TPOT (ms)", "error"]
    print_table(title, [*heads, "TTFT (ms)", "error"], rows)


def compared(
    done: Sequence[TwinRequest], at_ns: int, row: dict[str, str]
) -> list[str]:
    ends = max(each.finished_ns for each in done)
    ours = {
        "output_tok_s": 128 * len(done) / ((ends - at_ns) / SECOND),
        "mean_tpot_ms": mean(
            (r.finished_ns - r.first_ns) / 127 / 1e6 for r in done
        ),
        "mean_ttft_ms": mean((r.first_ns - at_ns) / 1e6 for r in done),
    }
    cells = []
    for name, value in ours.items():
        theirs = float(row[name])
        cells += [f"{theirs:,.1f}", f"{100 * (value / theirs - 1):+.0f}%"]
    return cells


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    whats = ("speed", "points", "memory", "chance", "ladder")
    parser.add_argument("what", choices=whats)
    parser.add_argument("points", nargs="?", type=Path)
    parser.add_argument("--requests", type=int)
    args = parser.parse_args()
    print(f"{platform.machine()}, CPython {platform.python_version()}")
    if args.what == "speed":
        speed(args.requests or 20_000)
    elif args.what == "points":
        points(args.requests or 600)
    elif args.what == "memory":
        memory(args.requests or 1_000_000)
    elif args.what == "chance":
        chance(args.requests or 300)
    else:
        ladder(args.points)


if __name__ == "__main__":
    main()
