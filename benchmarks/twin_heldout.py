"""The twin's error on combinations that it was not fitted to, beside its targets.

    .venv/bin/python benchmarks/twin_heldout.py MEASURED [--only NAME]

MEASURED is a folder with published measurements of other people, which the project does not carry:
`r9700-pcie-study/points.csv` (github.com/hanchi-gao/Plot-Chart-Benchmark),
`aiconfigurator/silicon.csv` (github.com/ai-dynamo/aiconfigurator) and
`llmservingsim/CARD-Llama-3.1-8B/requests.jsonl` (github.com/casys-kaist/LLMServingSim), a row a
point or request. The split is by whole combinations of model, TP and host: TRIALS says which were
fitted and which were predicted. Nothing of a predicted one is used for its fit.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean, median

from table import print_table

from inferometer.engine.twin.client import TwinLoad, drive, measured
from inferometer.engine.twin.configuration import TwinSettings, make_twin
from inferometer.engine.twin.fit import TwinLadder, fit
from inferometer.engine.twin.fitted import TwinPrediction, fitted
from inferometer.engine.twin.request import TwinRequest

TARGETS = {
    "mean_tpot_ms": 4,
    "output_throughput": 5,
    "mean_e2el_ms": 5,
    "mean_ttft_ms": 10,
    "p99_ttft_ms": 20,
}
"""Median absolute error in percent, on combinations that were not fitted."""
FACTORS = ("weights", "attention", "compute", "host")
"""The default of `inferometer fit`."""
UNSEEN_CARD_TPOT, KV_BLOCKS = 13, 5
COVERED = "covered by 90% (85-95%)"

Rows = Sequence[Mapping[str, str]]

R9700 = TwinSettings(
    card="r9700",
    model="llama-3.1-8b",
    stack="vllm-0.10.2-rocm7.0-eager",
    host="threadripper",
    max_model_len=1280,
)
HOPPER = TwinSettings(
    card="h100",
    model="qwen3-32b",
    stack="vllm-0.10.2-graphs",
    prefix_caching=False,
    max_num_batched_tokens=2048,
    max_model_len=16384,
)
"""Conditions of Qwen3-32B are not stated. These are what its fitted points say: with a budget of
8,192 tokens, or lengths that vary, their TTFT comes out wrong by half and double.
"""


@dataclass(frozen=True)
class Trial:
    """What is fitted, and what is predicted with it."""

    factors: tuple[str, ...]
    fitted: tuple[TwinLadder, ...]
    predicted: tuple[TwinLadder, ...]


def rows_of(path: Path) -> Rows:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def r9700_ladder(
    rows: Rows, config: str, model: str, settings: TwinSettings
) -> TwinLadder:
    """All prompts at once, ascending against one server, one prompt more each time."""
    chosen = [
        row
        for row in rows
        if row["config"] == config
        and row["model"].endswith(model)
        and int(row["tp"]) == settings.tp
    ]
    loads = [
        TwinLoad(
            int(row["num_prompts"]),
            round(int(row["total_input_tokens"]) / int(row["num_prompts"])),
            128,
        )
        for row in chosen
    ]
    names = ("mean_tpot_ms", "mean_ttft_ms", "p99_ttft_ms")
    values = [
        {name: float(row[name]) for name in names}
        | {"output_throughput": float(row["output_tok_s"])}
        for row in chosen
    ]
    name = f"R9700 {config} {model} TP{settings.tp}"
    return TwinLadder(name, settings, tuple(loads), tuple(values), True, 1)


def closed_loop(
    rows: Rows,
    settings: TwinSettings,
    model: str,
    version: str,
    concurrencies: Sequence[int] = (4, 8, 16, 32, 64),
    *,
    shortest: float = 1.0,
) -> TwinLadder:
    """Ten requests a user. `shortest`: lengths are uniform between this share of the nominal ones
    and the whole: 0.8 for InferenceX.
    """
    chosen = [
        row
        for row in rows
        if row["engine"] == "vllm"
        and row["model"].endswith(model)
        and row["engine_version"] == version
        and int(row["tp"]) == settings.tp
        and int(row["concurrency"]) in concurrencies
        and int(row["output_len"]) <= 1024
    ]
    loads, values = [], []
    for row in chosen:
        users, output = int(row["concurrency"]), int(row["output_len"])
        loads.append(
            TwinLoad(
                10 * users,
                int(row["input_len"]),
                output,
                max_concurrency=users,
                shortest=shortest,
            )
        )
        ttft, tpot = float(row["mean_ttft_ms"]), float(row["mean_tpot_ms"])
        values.append({"mean_ttft_ms": ttft, "mean_tpot_ms": tpot})
    name = f"{settings.card} {model} TP{settings.tp}"
    return TwinLadder(name, settings, tuple(loads), tuple(values))


def r9700(folder: Path) -> Trial:
    rows = rows_of(folder / "r9700-pcie-study/points.csv")
    two = replace(R9700, tp=2, link="pcie4x16")
    oss = replace(two, model="gpt-oss-20b")
    return Trial(
        FACTORS,
        (r9700_ladder(rows, "C", "Llama-3.1-8B", R9700),),
        (
            r9700_ladder(rows, "C", "Llama-3.1-8B", two),
            r9700_ladder(
                rows, "A", "Llama-3.1-8B", replace(R9700, host="consumer")
            ),
            r9700_ladder(rows, "C", "gpt-oss-20b", oss),
        ),
    )


def h100(folder: Path) -> Trial:
    rows = rows_of(folder / "aiconfigurator/silicon.csv")

    def at(tp: int, *users: int) -> TwinLadder:
        settings = replace(HOPPER, tp=tp)
        return closed_loop(rows, settings, "Qwen3-32B", "0.12.0", users)

    return Trial(FACTORS, (at(2, 8, 64), at(4, 8, 64)), (at(8, 8, 16, 32, 64),))


def h200(folder: Path) -> Trial:
    rows = rows_of(folder / "aiconfigurator/silicon.csv")
    base = replace(
        HOPPER,
        card="h200",
        model="llama-3.1-70b-fp8",
        max_num_batched_tokens=8192,
    )

    def at(tp: int, *users: int) -> TwinLadder:
        settings = replace(base, tp=tp)
        return closed_loop(
            rows, settings, "Llama-3.1-70B", "", users, shortest=0.8
        )

    every = (4, 8, 16, 32, 64)
    return Trial(
        FACTORS,
        (at(1, 4, 16, 64), at(2, 4, 16, 64)),
        (at(4, *every), at(8, *every)),
    )


TRIALS: Mapping[str, Callable[[Path], Trial]] = {
    "r9700": r9700,
    "h100": h100,
    "h200": h200,
}

Found = list[tuple[str, str, float, bool]]
"""(combination, metric, relative error in percent, whether the interval covers it)."""


def tried(trial: Trial) -> Found:
    profile = fitted(trial.fitted, fit(trial.fitted, trial.factors, print))
    for name, each in profile.fit.factors.items():
        sure = "" if each.is_identified else ", not determined"
        print(f"{name} {each.value:.3f} ({each.low:.3f}-{each.high:.3f}{sure})")
    found: Found = []
    for ladder in trial.predicted:
        # another host is another profile: what was fitted of the card goes with it
        settings = replace(profile.settings, host=ladder.settings.host)
        moved = replace(profile, settings=settings)
        predictions = moved.predict(ladder)
        for values, said in zip(ladder.values, predictions, strict=True):
            found += [
                (ladder.name, metric, *judged(value, said[metric]))
                for metric, value in values.items()
                if metric in said
            ]
    return found


def judged(value: float, said: TwinPrediction) -> tuple[float, bool]:
    return 100 * (said.value / value - 1), said.low <= value <= said.high


def print_found(title: str, found: Found) -> None:
    rows = []
    combinations = list(dict.fromkeys(each[0] for each in found))
    for combination in combinations:
        for metric in TARGETS:
            mine = [e for e in found if e[:2] == (combination, metric)]
            if mine:
                rows.append([combination, metric, *summary(metric, mine)])
    heads = ["combination", "metric", "points", "median error", "target"]
    print_table(title, [*heads, "bias", COVERED], rows)


def summary(metric: str, found: Found) -> list[str]:
    errors = [each[2] for each in found]
    covered = 100 * mean(each[3] for each in found)
    return [
        str(len(errors)),
        f"{median(map(abs, errors)):.1f}%",
        f"{TARGETS[metric]}%",
        f"{median(errors):+.1f}%",
        f"{covered:.0f}%",
    ]


def print_all(found: Found) -> None:
    rows = [
        [metric, *summary(metric, mine)]
        for metric in TARGETS
        if (mine := [each for each in found if each[1] == metric])
    ]
    heads = ["metric", "points", "median error", "target", "bias"]
    print_table("All predicted points", [*heads, COVERED], rows)


UNSEEN = {
    "RTX4090": TwinSettings(
        card="rtx-4090", model="llama-3.1-8b", max_model_len=32768
    ),
    "RTXPRO6000": TwinSettings(
        card="rtx-pro-6000",
        model="llama-3.1-8b",
        max_num_batched_tokens=2048,
        max_num_seqs=128,
    ),
}
"""Cards whose factors are guesses from other cards, under 300 requests of ShareGPT."""
LOGGED_BLOCKS = {"RTX4090": 2588}


def print_unseen_cards(folder: Path) -> None:
    rows = []
    for name, settings in UNSEEN.items():
        path = folder / f"llmservingsim/{name}-Llama-3.1-8B/requests.jsonl"
        asked = [json.loads(line) for line in path.read_text().splitlines()]
        logged = LOGGED_BLOCKS.get(name)
        for blocks in (None, logged) if logged else (None,):
            twin = make_twin(replace(settings, num_gpu_blocks=blocks))
            done = list(drive(twin.simulation(), of_trace(asked)))
            said = "predicted" if blocks is None else "as logged"
            errors = errors_of(measured(done), of_stamps(asked))
            rows.append([name, said, f"{twin.memory.blocks:,}", *errors])
    heads = ["card", "KV blocks", "number", f"TPOT ({UNSEEN_CARD_TPOT}%)"]
    title = "Cards that nobody fitted, Llama-3.1-8B, 10 requests/s: error"
    print_table(title, [*heads, "TTFT", "E2EL"], rows)


def of_trace(asked: Iterable[Mapping[str, float]]) -> list[TwinRequest]:
    """Arrivals by the engine's own clock."""
    first = min(each["queued_ts"] for each in asked)
    return [
        TwinRequest(
            number,
            int(each["input_toks"]),
            int(each["output_toks"]),
            arrived_ns=int((each["queued_ts"] - first) * 1e9),
        )
        for number, each in enumerate(
            sorted(asked, key=lambda each: each["queued_ts"])
        )
    ]


def of_stamps(asked: Sequence[Mapping[str, float]]) -> dict[str, float]:
    ttft = [each["first_token_ts"] - each["queued_ts"] for each in asked]
    e2el = [each["last_token_ts"] - each["queued_ts"] for each in asked]
    tpot = [
        (each["last_token_ts"] - each["first_token_ts"])
        / (each["output_toks"] - 1)
        for each in asked
        if each["output_toks"] > 1
    ]
    return {
        "mean_tpot_ms": 1e3 * mean(tpot),
        "mean_ttft_ms": 1e3 * mean(ttft),
        "mean_e2el_ms": 1e3 * mean(e2el),
    }


def errors_of(
    ours: Mapping[str, float], theirs: Mapping[str, float]
) -> list[str]:
    return [
        f"{100 * (ours[name] / value - 1):+.1f}%"
        for name, value in theirs.items()
    ]


def print_blocks() -> None:
    """Counts that engines logged, of which none was used for a profile of that card."""
    llama = TwinSettings(
        card="h100",
        model="llama-2-7b",
        max_model_len=4096,
        max_num_batched_tokens=2048,
        max_num_seqs=128,
    )
    ours = make_twin(llama).memory.blocks
    error = 100 * (ours / 7463 - 1)
    row = ["H100, Llama-2-7b", f"{ours:,}", "7,463", f"{error:+.1f}%"]
    heads = ["card, model", "predicted", "logged", f"error ({KV_BLOCKS}%)"]
    print_table("KV blocks", heads, [row])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("measured", type=Path)
    parser.add_argument("--only", choices=[*TRIALS, "card"])
    args = parser.parse_args()
    found: Found = []
    for name, make in TRIALS.items():
        if args.only in {None, name}:
            mine = tried(make(args.measured))
            print_found(name, mine)
            found += mine
    if args.only in {None, "card"}:
        print_unseen_cards(args.measured)
        print_blocks()
    if found:
        print_all(found)


if __name__ == "__main__":
    main()
