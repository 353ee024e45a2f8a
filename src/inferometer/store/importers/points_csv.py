"""Tables of points: the CSV that `report` writes, and the one of the batch script in Hygon's DCU
guide, whose figures have two decimals.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from inferometer.store.importers.imported_run import (
    Declarations,
    Figures,
    ImportedRun,
    noted_of_rows,
)
from inferometer.store.importers.text import figure, head_of, table_in
from inferometer.store.json_values import given
from inferometer.vocabulary import LATENCY_NAMES, metric, of_role
from inferometer.words import Said

OURS = ("id", "tool", "status", "reasons")
"""How the head of our table begins."""

DCU = ("tp", "data_type", "batch", "prompt_tokens", "completion_tokens")
"""How the head of the other one begins."""

DCU_CONDITIONS = {"tp": "tp", "data_type": "dtype"}
DCU_LOAD = {
    "batch": "num_prompts",
    "prompt_tokens": "input_len",
    "completion_tokens": "output_len",
}
DCU_METRICS = {
    "total_throughput(toks/s)": "total_token_throughput",
    "generate_throughput(toks/s)": "output_throughput",
    "ttft(ms)": "mean_ttft_ms",
    "tpot(ms)": "mean_tpot_ms",
    "itl(ms)": "mean_itl_ms",
}

OUR_DECIMALS = 9
"""Numbers are written in full there."""

MAX_WORD = 100

LOAD = (*of_role("load"), "input_len", "output_len")
NOT_CONDITIONS = ("date", "model_id", *LOAD)

BESIDE = (*OURS, "notes", "source", "run", "series")
"""Columns of ours that are neither a condition nor a metric."""


def is_ours(text: str) -> bool:
    return tuple(head_of(text)[: len(OURS)]) == OURS


def is_dcu(text: str) -> bool:
    return tuple(name.casefold() for name in head_of(text)[: len(DCU)]) == DCU


def read_ours(text: str, path: Path) -> list[ImportedRun]:
    """The points of the table as results of the tools that measured them."""
    table = table_in(text)
    runs = [_our_run(table.named(row), path) for _, row in table.rows]
    return noted_of_rows(runs, table, {})


def read_dcu(text: str, path: Path) -> list[ImportedRun]:
    """A run a line that has figures: where a run failed the script leaves its cells empty."""
    table = table_in(text)
    runs, empty = [], []
    for number, row in table.rows:
        cells = table.named(row)
        run = _dcu_run({name.casefold(): cells[name] for name in cells}, path)
        if run.metrics:
            runs.append(run)
        else:
            empty.append(number)
    return noted_of_rows(runs, table, {"empty": empty})


def _our_run(row: dict[str, str], path: Path) -> ImportedRun:
    word = {name: value.removeprefix("'") for name, value in row.items()}
    conditions: Declarations = {
        name: value
        for name, value in word.items()
        if not (name in NOT_CONDITIONS or name in BESIDE or _is_value(name))
    }
    status = word.get("status")
    return ImportedRun(
        path=path,
        tool=word.get("tool", "inferometer")[:MAX_WORD],
        model=word.get("model_id") or word.get("model"),
        load=_load(word),
        metrics=_numbers(
            {name: value for name, value in word.items() if metric(name)}
        ),
        conditions=conditions,
        date=word.get("date"),
        name=word.get("id"),
        decimals=OUR_DECIMALS,
        notes=(Said("note.csv_verdict", {"verdict": status}),)
        if status
        else (),
    )


def _load(word: dict[str, str]) -> Figures:
    asked = {
        name: word[name]
        for name in LOAD
        if name in word and name != "concurrency"
    }
    return _numbers(asked) | {
        name: math.inf for name, value in asked.items() if value == "inf"
    }


def _is_value(name: str) -> bool:
    plain = (
        name.removesuffix("_low").removesuffix("_high").removesuffix("_rating")
    )
    return metric(plain) is not None or (
        name.endswith("_n") and name[:-2] in LATENCY_NAMES
    )


def _numbers(words: dict[str, str]) -> Figures:
    return given({name: figure(word) for name, word in words.items()})


def _named(row: dict[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """By our names."""
    return {ours: row.get(theirs, "") for theirs, ours in names.items()}


def _dcu_run(row: dict[str, str], path: Path) -> ImportedRun:
    found = _named(row, DCU_CONDITIONS)
    conditions: Declarations = {
        name: word for name, word in found.items() if word
    }
    return ImportedRun(
        path=path,
        tool="vllm",
        load=_numbers(_named(row, DCU_LOAD)),
        metrics=_numbers(_named(row, DCU_METRICS)),
        conditions=conditions | {"dataset": "random"},
        name=f"batch {row.get('batch', '')}",
        decimals=2,
    )
