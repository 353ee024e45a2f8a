"""Result files of other tools, read into one plain form that says what they do not contain.

READERS and TEXT_READERS are the forms that are known. Files may come from anybody: they are bounded
in size, nothing in them is run, and a field of the wrong type is an absent one. Not known here:
whose numbers to believe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from inferometer.store.importers import (
    aiperf,
    by_names,
    genai_bench,
    guidellm,
    guidellm_tables,
    inference_perf,
    inferencex,
    llama_bench,
    llmperf,
    mlperf,
    points_csv,
    printed_offline,
    printed_report,
    sglang,
    sglang_batch,
    vllm,
    vllm_offline,
)
from inferometer.store.importers.by_names import DoubtfulNamesError
from inferometer.store.importers.declared import declared, noted
from inferometer.store.importers.evalscope import is_evalscope, read_evalscope
from inferometer.store.importers.imported_run import (
    NOT_OURS,
    UNREADABLE,
    CannotImportError,
    CompanionError,
    ForeignToolError,
    ImportedRequests,
    ImportedRun,
    UnknownResultError,
    unread,
)
from inferometer.store.importers.reading import (
    MAX_BYTES,
    objects_in,
    read_bytes,
)
from inferometer.store.importers.recompute import recompute
from inferometer.store.importers.strangers import tool_of, tool_of_text
from inferometer.store.importers.text import (
    MAX_TEXT_BYTES,
    decoded,
    plain,
    with_commas,
)
from inferometer.store.importers.wrapped import Wrapped, Wrapping
from inferometer.store.json_values import Object, text
from inferometer.words import Said, sentence_of

__all__ = [
    "JSON_SUFFIXES",
    "NOT_OURS",
    "READERS",
    "TEXT_READERS",
    "TOOLS",
    "UNREADABLE",
    "CannotImportError",
    "CompanionError",
    "DoubtfulNamesError",
    "ForeignToolError",
    "ImportedRequests",
    "ImportedRun",
    "UnknownResultError",
    "is_evalscope",
    "is_json",
    "read_results",
    "recompute",
    "runs_of_content",
    "unpacked_name",
]


JSON_SUFFIXES = (".json", ".jsonl")
"""A file of such a name is JSON, or damaged."""

PACKED = ".gz"
"""Such a file is unpacked."""

MAX_UNKNOWN = 1000
"""Objects of a file, after which it is none of results."""

IN_FULL = 9
"""Decimals that tell a run inside a bigger file from another: one that has a file of its own is
read from that.
"""

MAX_BLANKS = 1000
"""Before the first character of JSON."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Of one form of JSON."""

    tool: str
    """As people call it."""
    files: str
    """Which of its files these are, as documents show them."""
    is_it: Callable[[Object], bool]
    read: Callable[[Object, Path, int], Sequence[ImportedRun]]
    """From an object, its file, and how many bytes a file beside it may have. Raises
    CannotImportError, and CompanionError for what has no run of its own.
    """
    own_keys: frozenset[str] | None = None
    """Of the tool, at the top of a file: what else stands there, somebody noted. None for a reader
    that looks for notes itself.
    """


@dataclass(frozen=True, slots=True)
class TextReader:
    """Of one form of text."""

    tool: str
    files: str
    is_it: Callable[[str], bool]
    read: Callable[[str, Path], Sequence[ImportedRun]]


READERS = (
    Reader("vLLM", "JSON of `vllm bench serve`", vllm.is_vllm, vllm.read_vllm),
    Reader(
        "vLLM",
        "JSON of `vllm bench throughput`",
        vllm_offline.is_throughput,
        vllm_offline.read_throughput,
        vllm_offline.OF_THROUGHPUT,
    ),
    Reader(
        "vLLM",
        "JSON of `vllm bench latency`",
        vllm_offline.is_latency,
        vllm_offline.read_latency,
        frozenset({"avg_latency"}),
    ),
    Reader(
        "InferenceX",
        "`agg_NAME.json`; its client's files are vLLM's",
        inferencex.is_inferencex,
        inferencex.read_inferencex,
    ),
    Reader(
        "SGLang",
        "JSON lines of `sglang.bench_serving`",
        sglang.is_sglang,
        sglang.read_sglang,
    ),
    Reader(
        "SGLang",
        "JSON lines of `sglang.bench_offline_throughput`",
        sglang.is_sglang_offline,
        sglang.read_sglang_offline,
        sglang.OF_OFFLINE,
    ),
    Reader(
        "SGLang",
        "JSON lines of `sglang.bench_one_batch_server`",
        sglang_batch.is_batch_on_server,
        sglang_batch.read_batch_on_server,
    ),
    Reader(
        "SGLang",
        "JSON lines of `sglang.bench_one_batch`",
        sglang_batch.is_batch_in_engine,
        sglang_batch.read_batch_in_engine,
    ),
    Reader(
        "GuideLLM",
        "`benchmarks.json`",
        guidellm.is_guidellm,
        guidellm.read_guidellm,
        frozenset({"version"}),
    ),
    Reader(
        "AIPerf",
        "`profile_export_aiperf_sweep.json`, `profile_export_aiperf_aggregate.json`",
        aiperf.is_sweep,
        aiperf.read_sweep,
        aiperf.OF_SWEEP,
    ),
    Reader(
        "AIPerf",
        "`profile_export_aiperf.json`",
        aiperf.is_aiperf,
        aiperf.read_export,
        aiperf.OF_EXPORT,
    ),
    Reader(
        "genai-perf",
        "`profile_export_genai_perf.json`",
        aiperf.is_genai_perf,
        aiperf.read_export,
        aiperf.OF_EXPORT,
    ),
    Reader(
        "genai-bench",
        "`D64_16_text-to-text_num_concurrency_4_time_60s.json`",
        genai_bench.is_genai_bench,
        genai_bench.read_genai_bench,
        frozenset({"version", "_time_unit"}),
    ),
    Reader(
        "inference-perf",
        "`stage_0_lifecycle_metrics.json`, `summary_lifecycle_metrics.json`",
        inference_perf.is_inference_perf,
        inference_perf.read_inference_perf,
        frozenset(),
    ),
    Reader(
        "llmperf",
        "`NAME_summary.json`",
        llmperf.is_llmperf,
        llmperf.read_llmperf,
    ),
    Reader(
        "llama-bench",
        "`llama-bench -o json`, `jsonl`",
        llama_bench.is_llama_bench,
        llama_bench.read_llama_bench,
    ),
)
"""The first that knows an object reads it. EvalScope's results are directories."""

COMPANIONS = (
    vllm_offline.is_arguments,
    aiperf.is_companion,
    inference_perf.is_request,
    llmperf.is_response,
)
"""What these tools write beside a result, and no result is in."""

TEXT_READERS = (
    TextReader(
        "Inferometer",
        "`report --csv`",
        points_csv.is_ours,
        points_csv.read_ours,
    ),
    TextReader(
        "vLLM",
        "CSV of the DCU guide's script",
        points_csv.is_dcu,
        points_csv.read_dcu,
    ),
    TextReader(
        "AIPerf",
        "`profile_export_aiperf.csv`",
        aiperf.is_aiperf_csv,
        aiperf.read_csv,
    ),
    TextReader(
        "genai-perf",
        "`profile_export_genai_perf.csv`",
        aiperf.is_genai_perf_csv,
        aiperf.read_csv,
    ),
    TextReader(
        "GuideLLM",
        "`benchmarks.csv`",
        guidellm_tables.is_guidellm_csv,
        guidellm_tables.read_csv,
    ),
    TextReader(
        "GuideLLM",
        "`benchmarks.yaml`",
        guidellm_tables.is_guidellm_yaml,
        guidellm_tables.read_yaml,
    ),
    TextReader(
        "MLPerf LoadGen",
        "`mlperf_log_summary.txt`, `mlperf_log_detail.txt`",
        mlperf.is_mlperf,
        mlperf.read_mlperf,
    ),
    TextReader(
        "vLLM",
        "logs with the report that `vllm bench serve` prints",
        printed_report.is_vllm_report,
        printed_report.read_reports,
    ),
    TextReader(
        "SGLang",
        "logs with the report that `sglang.bench_serving` prints",
        printed_report.is_sglang_report,
        printed_report.read_reports,
    ),
    TextReader(
        "vLLM",
        "logs with what `vllm bench throughput` and `vllm bench latency` print",
        printed_offline.is_vllm_offline,
        printed_offline.read_offline,
    ),
    TextReader(
        "SGLang",
        "logs with the report that `sglang.bench_offline_throughput` prints",
        printed_offline.is_sglang_offline,
        printed_offline.read_offline,
    ),
    TextReader(
        "llama-bench",
        "`llama-bench -o csv`, `md`, `sql`",
        llama_bench.is_printed,
        llama_bench.read_printed,
    ),
)
"""The first that knows a text reads it."""

TOOLS = tuple(
    dict.fromkeys(
        [
            *(each.tool for each in READERS),
            "EvalScope",
            *(each.tool for each in TEXT_READERS if each.tool != "Inferometer"),
        ]
    )
)
"""As people call them."""


def is_json(name: str) -> bool:
    return unpacked_name(name).lower().endswith(JSON_SUFFIXES)


def unpacked_name(name: str) -> str:
    return name[: -len(PACKED)] if name.lower().endswith(PACKED) else name


def read_results(
    path: Path, *, most_bytes: int = MAX_BYTES
) -> list[ImportedRun]:
    """Every run of a result file, or of a directory of EvalScope's. Raises CannotImportError."""
    if is_evalscope(path):
        return [read_evalscope(path, most_bytes)]
    if path.is_dir():
        inside = sorted(each for each in path.iterdir() if is_evalscope(each))
        if not inside:
            raise unread(path, Said("unread.directory"))
        return [read_evalscope(each, most_bytes) for each in inside]
    if is_evalscope(path.parent) and path.name.startswith(
        ("benchmark_", "workload_")
    ):
        return [read_evalscope(path.parent, most_bytes)]
    return runs_of_content(
        read_bytes(path, most_bytes), path, objects_in, most_bytes
    )


def runs_of_content(
    content: bytes,
    path: Path,
    objects: Callable[[bytes, Path], Iterable[Object]],
    most_bytes: int = MAX_BYTES,
) -> list[ImportedRun]:
    """The runs of a file of JSON, by what `objects` finds in it, or of a text. Raises
    CannotImportError, and UnknownResultError if it is no result.
    """
    try:
        content = plain(content, most_bytes)
    except ValueError as error:
        raise unread(path, sentence_of(error)) from None
    looks_like_json = content[:MAX_BLANKS].lstrip()[:1] in (b"{", b"[")
    try:
        if (
            not looks_like_json
            and (runs := _runs_of_text(content, path)) is not None
        ):
            return runs
        if not looks_like_json and not is_json(path.name):
            raise _unknown(path)
        try:
            found = objects(content, path)
        except CannotImportError:  # as of a log whose lines begin with [INFO]
            if (
                not looks_like_json
                or (runs := _runs_of_text(content, path)) is None
            ):
                raise
            return runs
        return _runs_of_all(list(found), path, most_bytes)
    except CannotImportError as error:
        if str(path) in str(error):
            raise
        raise unread(path, sentence_of(error)) from None


def _runs_of_all(
    results: Sequence[Object], path: Path, most_bytes: int
) -> list[ImportedRun]:
    """Of the objects of one file. Nobody knows what it means that some are no results: then none
    is read.
    """
    runs: list[ImportedRun] = []
    unknown: list[UnknownResultError] = []
    for each in results:
        try:
            runs += _runs_of(each, path, most_bytes)
        except CompanionError:
            raise
        except UnknownResultError as error:
            unknown.append(error)
            if len(unknown) > MAX_UNKNOWN:
                break
    if unknown and runs:
        told = {"n": len(unknown), "of": len(results)}
        raise unread(path, Said("unread.some", told))
    if unknown:
        raise unknown[0]
    return runs


def _runs_of(
    result: Object, path: Path, most_bytes: int
) -> Sequence[ImportedRun]:
    reader = next((each for each in READERS if each.is_it(result)), None)
    if reader is None:
        return _runs_without_reader(result, path, most_bytes)
    runs = reader.read(result, path, most_bytes)
    if reader.own_keys is None:
        return runs
    beside = noted(result, reader.own_keys)
    return [
        replace(run, conditions={**beside, **run.conditions}) for run in runs
    ]


def _runs_without_reader(
    result: Object, path: Path, most_bytes: int
) -> Sequence[ImportedRun]:
    if any(is_it(result) for is_it in COMPANIONS):
        told = {"path": path, "why": Said("unread.companion")}
        raise CompanionError(Said("unread", told))
    if (tool := tool_of(result)) is not None:
        raise ForeignToolError(path, tool)
    return _runs_of_nobody(result, path, most_bytes)


def _runs_of_nobody(
    result: Object, path: Path, most_bytes: int
) -> Sequence[ImportedRun]:
    """Of an object that has results of tools in it, or else figures with names that tell them.
    Raises UnknownResultError for none.
    """
    if found := Wrapping(_is_told_alone, _is_report).results(result):
        return _runs_inside(found, path, most_bytes)
    rows = Wrapping(by_names.is_row, lambda _: False).results(result)
    if len(rows) < 2 and by_names.is_row(result):
        return [by_names.read_row(result, path)]
    if not rows:
        by_names.require_no_doubt(result, path)
        raise _unknown(path)
    return [
        by_names.read_row(each.result, path, each.around, each.name)
        for each in rows
        if isinstance(each.result, dict)
    ]


def _runs_inside(
    found: Sequence[Wrapped], path: Path, most_bytes: int
) -> list[ImportedRun]:
    runs: list[ImportedRun] = []
    for each in found:
        inner = (
            _read_text(each.result, path) or []
            if isinstance(each.result, str)
            else _runs_of(each.result, path, most_bytes)
        )
        runs += (
            replace(
                run,
                model=run.model or text(each.around.get("model")),
                conditions={**declared(each.around), **run.conditions},
                decimals=IN_FULL if run.decimals is None else run.decimals,
                name=f"{each.name}:{run.name}" if run.name else each.name,
            )
            for run in inner
        )
    return runs


def _is_told_alone(result: Object) -> bool:
    """Whether an object inside another is a result beyond doubt."""
    reader = next((each for each in READERS if each.is_it(result)), None)
    return reader is not None and reader.is_it is not vllm_offline.is_latency


def _is_report(text: str) -> bool:
    return any(each.is_it(text) for each in TEXT_READERS)


def _runs_of_text(content: bytes, path: Path) -> list[ImportedRun] | None:
    """None for what no reader of text knows."""
    if len(content) > MAX_TEXT_BYTES:
        return None
    whole = decoded(content)
    found = _read_text(whole, path)
    table = None if found else with_commas(whole)
    if table is not None:
        found = _read_text(table, path) or found
    if found is None:
        by_names.require_no_doubt(whole if table is None else table, path)
    return found


def _read_text(text: str, path: Path) -> list[ImportedRun] | None:
    reader = next((each for each in TEXT_READERS if each.is_it(text)), None)
    if reader is not None:
        return list(reader.read(text, path))
    if (tool := tool_of_text(text)) is not None:
        raise ForeignToolError(path, tool)
    return by_names.read_table(text, path) if by_names.is_table(text) else None


def _unknown(path: Path) -> UnknownResultError:
    tools = {"tools": ", ".join(TOOLS[:-1]), "last": TOOLS[-1]}
    return UnknownResultError(
        Said("unread", {"path": path, "why": Said("unread.unknown", tools)})
    )
