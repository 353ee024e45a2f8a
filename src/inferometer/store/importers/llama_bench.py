"""Results of `llama-bench` (llama.cpp) in each form that it prints: JSON, JSON lines, CSV, Markdown
and SQL.

It runs the engine in its own process with one sequence: pp512 processes a prompt, tg128 generates.
Neither is a figure of serving. Tokens per second count all tokens of the test.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from inferometer.store.importers.declared import declared
from inferometer.store.importers.imported_run import (
    Declarations,
    Declared,
    ImportedRun,
)
from inferometer.store.importers.reading import figure as json_figure
from inferometer.store.importers.reading import figures, iso_date, told_of
from inferometer.store.importers.text import MAX_LINE, figure, lines_of, rows_of
from inferometer.store.json_values import Object, text
from inferometer.words import Said

NEEDED = {"n_prompt", "n_gen", "avg_ts"}
"""Columns of every version."""

SETTINGS = (
    "backends",
    "cpu_info",
    "devices",
    "embeddings",
    "flash_attn",
    "n_batch",
    "n_cpu_moe",
    "n_gpu_layers",
    "n_threads",
    "n_ubatch",
    "no_kv_offload",
    "split_mode",
    "tensor_split",
    "type_k",
    "type_v",
    "use_mmap",
)
"""What makes another deployment. Older versions say which libraries it was built with."""

NOT_SETTINGS = frozenset(
    {
        *("build_commit", "build_number", "gpu_info", "test_time"),
        *("model_filename", "model_n_params", "model_size", "model_type"),
        *("n_depth", "n_gen", "n_prompt", "params", "size", "test", "t/s"),
        *("cyc", "cycles", "ipc"),
    }
)
"""What has a place of its own, or is measured. All other columns are settings too."""

BUILT_WITH = (
    "cuda",
    "opencl",
    "vulkan",
    "kompute",
    "metal",
    "sycl",
    "rpc",
    "gpu_blas",
    "blas",
)

IN_MARKDOWN = {
    "ngl": "n_gpu_layers",
    "sm": "split_mode",
    "threads": "n_threads",
    "th": "n_threads",
    "nkvo": "no_kv_offload",
    "fa": "flash_attn",
    "mmap": "use_mmap",
    "dio": "use_direct_io",
    "nopo": "no_op_offload",
    "noh": "no_host",
    "ot": "tensor_buft_overrides",
    "embd": "embeddings",
    "dev": "devices",
    "ts": "tensor_split",
    "backend": "backends",
    "be": "backends",
    "model": "model_type",
}
"""Short names of columns there."""

NUMBERS = (
    "avg_ns",
    "avg_ts",
    "build_number",
    "fit_min_ctx",
    "main_gpu",
    "n_batch",
    "n_cpu_moe",
    "n_depth",
    "n_gen",
    "n_gpu_layers",
    "n_prompt",
    "n_threads",
    "n_ubatch",
    "poll",
    "stddev_ns",
    "stddev_ts",
)
"""What JSON has as numbers, and the other forms as words."""

SWITCHES = (
    *("cpu_strict", "embeddings", "flash_attn", "no_host", "no_kv_offload"),
    *("no_op_offload", "use_direct_io", "use_mmap"),
)
SWITCH: dict[object, Declared] = {
    **dict.fromkeys(("0", "false", "off"), False),
    **dict.fromkeys(("1", "true", "on"), True),
    "-1": "auto",
}
"""True and false in JSON of older versions, numbers in that of newer ones, else words."""

TEST = re.compile(
    r"(?:pp ?(\d{1,9}))?(?:\+?tg ?(\d{1,9}))?(?: ?@ ?d(\d{1,9}))?"
)
BUILD = re.compile(r"build: (\w{1,64}) \((\d{1,9})\)")
SQL = re.compile(
    r"INSERT INTO (?:llama_bench|test) \(([^)]*)\) VALUES \((.*)\);?\s*$"
)

MAX_TESTS = 10_000
MAX_TOKENS = 2**31
"""Of a test."""


def is_llama_bench(result: Object) -> bool:
    return result.keys() >= NEEDED


def read_llama_bench(result: Object, path: Path, _: int) -> list[ImportedRun]:
    return [_run({**result, **_switches(result)}, path)]


def _name_of(prompt: int, generated: int, depth: int) -> str:
    """As the tool calls a test; "" without any tokens."""
    tokens = (("pp", prompt), ("tg", generated))
    test = "+".join(f"{kind}{n}" for kind, n in tokens if n)
    return f"{test} @ d{depth}" if test and depth else test


def _run(result: Object, path: Path) -> ImportedRun:
    """One test."""
    prompt, generated, depth = (
        _tokens(result, name) for name in ("n_prompt", "n_gen", "n_depth")
    )
    test = _name_of(prompt, generated, depth) or text(result.get("test")) or ""
    lengths = {"input_len": prompt, "output_len": generated}
    metrics = figures(result, {"total_token_throughput": "avg_ts"})
    if generated and metrics:
        share = generated / (prompt + generated)
        metrics["output_throughput"] = metrics["total_token_throughput"] * share
    return ImportedRun(
        path=path,
        tool="llama-bench",
        version=text(result.get("build_commit")),
        model=_model(result),
        load={name: float(n) for name, n in lengths.items() if n},
        metrics=metrics,
        own=figures(result, ("stddev_ts", "avg_ns", "stddev_ns")),
        conditions={
            **declared(result, _known(result)),
            "scenario": test,
            "engine": "llama.cpp",
            **_settings(result),
        },
        date=iso_date(result.get("test_time")),
        name=test,
        notes=(Said("note.llama_bench"),),
    )


def is_printed(text: str) -> bool:
    """A table has its head near the top of a log."""
    head = re.sub(" +", " ", text[:MAX_LINE])
    is_markdown = "| test |" in head and "| t/s |" in head
    return is_markdown or ("build_commit" in text and "avg_ts" in text)


def read_printed(text: str, path: Path) -> list[ImportedRun]:
    """Every test of a table that was printed."""
    found = (*_of_csv(text), *_of_sql(text), *_of_markdown(text))
    runs = [
        _run(_typed(row), path)
        for _, row in zip(range(MAX_TESTS), found, strict=False)
        if row.keys() >= NEEDED
    ]
    return [
        replace(run, decimals=6 if "avg_ns" in run.own else 2) for run in runs
    ]


def _of_csv(text: str) -> Iterator[Object]:
    lines = lines_of(text)
    head = next(
        (line for line in lines if "build_commit" in line and "avg_ts" in line),
        "",
    )
    if "," not in head or SQL.match(head):
        return
    names = next(rows_of(iter([head])), [])
    yield from (dict(zip(names, row, strict=False)) for row in rows_of(lines))


def _of_sql(text: str) -> Iterator[Object]:
    for line in lines_of(text):
        if found := SQL.match(line):
            names = [name.strip() for name in found[1].split(",")]
            values = next(
                csv.reader([found[2]], quotechar="'", skipinitialspace=True), []
            )
            yield dict(zip(names, values, strict=False))


def _of_markdown(text: str) -> Iterator[Object]:
    names: list[str] = []
    found: list[Object] = []
    build: Object = {}
    for line in lines_of(text):
        if built := BUILD.search(line):
            build = {"build_commit": built[1], "build_number": built[2]}
        if not line.lstrip().startswith("|"):
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if {"test", "t/s"} <= set(cells):
            names = cells
        elif names and len(cells) == len(names) and len(found) < MAX_TESTS:
            found.append(_of_cells(dict(zip(names, cells, strict=True))))
    yield from ({**row, **build} for row in found)


def _of_cells(cells: dict[str, str]) -> Object:
    """A row of Markdown by the names of the other forms; without NEEDED if it has no test. Tests
    that only a fork has keep their name.
    """
    test = TEST.fullmatch(cells["test"])
    rate, _, spread = cells["t/s"].partition("±")
    if not cells["test"] or figure(rate) is None:
        return {}
    named = {
        IN_MARKDOWN.get(name, name): value for name, value in cells.items()
    }
    told = test.groups() if test else (None, None, None)
    counts = zip(("n_prompt", "n_gen", "n_depth"), told, strict=True)
    return {
        **named,
        **{name: count or "0" for name, count in counts},
        "avg_ts": rate,
        "stddev_ts": spread,
    }


def _typed(row: Object) -> Object:
    numbers = {name: figure(str(row[name])) for name in NUMBERS if name in row}
    return {
        **row,
        **{
            name: int(n) if n is not None and n == int(n) else n
            for name, n in numbers.items()
        },
        **_switches(row),
    }


def _switches(row: Object) -> Object:
    found = {
        name: SWITCH.get(str(value).lower(), value)
        for name, value in told_of(row, SWITCHES).items()
    }
    return {name: value for name, value in found.items() if value != ""}


def _tokens(result: Object, name: str) -> int:
    count = json_figure(result.get(name))
    return int(count) if count is not None and 0 <= count < MAX_TOKENS else 0


def _model(result: Object) -> str | None:
    filename = text(result.get("model_filename"))
    return Path(filename).name if filename else text(result.get("model_type"))


def _known(result: Object) -> set[str]:
    """Columns that are no settings, or whose names are ours already."""
    return {*NOT_SETTINGS, *SETTINGS, *BUILT_WITH} | {
        name for name in result if name.startswith(("avg_", "stddev_"))
    }


def _settings(result: Object) -> Declarations:
    told = told_of(result, SETTINGS).items()
    found = {name: value for name, value in told if value != ""}
    if card := text(result.get("gpu_info")):
        found["card"] = card
    built = [name for name in BUILT_WITH if result.get(name) in (True, 1, "1")]
    if built and "backends" not in found:
        found["backends"] = ",".join(built)
    if build := _build(result):
        found["engine_version"] = build
    return found | _of_model(result)


def _build(result: Object) -> str:
    """Such as `b6123 (a1b2c3d)`."""
    commit = text(result.get("build_commit"))
    number = json_figure(result.get("build_number"))
    if number is None:
        return ""
    return f"b{number:.0f}" + (f" ({commit})" if commit else "")


def _of_model(result: Object) -> Declarations:
    """`llama 7B Q4_0`; one file's name may be of many models."""
    name = text(result.get("model_type")) or ""
    kind = name.split(" ", 2)
    if len(kind) < 3:
        return {}
    told: Declarations = {"dtype": kind[2]}
    return told | (
        {"model_type": name} if text(result.get("model_filename")) else {}
    )
