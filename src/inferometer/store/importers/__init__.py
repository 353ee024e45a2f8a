"""Result files of other tools, read into one plain form that says what they do not contain.

vLLM, SGLang, GuideLLM, AIPerf, EvalScope and genai-bench. Files may come from anybody: they are
bounded in size, nothing in them is run, and a field of the wrong type is an absent one. Not known
here: whose numbers to believe.
"""

from __future__ import annotations

from pathlib import Path

from inferometer.store.importers.aiperf import is_aiperf, read_aiperf
from inferometer.store.importers.evalscope import is_evalscope, read_evalscope
from inferometer.store.importers.genai_bench import is_genai_bench, read_genai_bench
from inferometer.store.importers.guidellm import is_guidellm, read_guidellm
from inferometer.store.importers.imported_run import (
    NOT_OURS,
    UNREADABLE,
    CannotImportError,
    ImportedRequests,
    ImportedRun,
)
from inferometer.store.importers.reading import MAX_BYTES, Object, read_objects
from inferometer.store.importers.recompute import recompute
from inferometer.store.importers.sglang import is_sglang, read_sglang
from inferometer.store.importers.vllm import is_vllm, read_vllm

__all__ = [
    "NOT_OURS",
    "UNREADABLE",
    "CannotImportError",
    "ImportedRequests",
    "ImportedRun",
    "UnknownResultError",
    "is_evalscope",
    "read_results",
    "recompute",
    "runs_of",
]


class UnknownResultError(CannotImportError):
    """It is JSON, but no result of a tool that is known here."""


def read_results(path: Path, *, most_bytes: int = MAX_BYTES) -> list[ImportedRun]:
    """Every run of a result file, or of a directory of EvalScope's. Raises CannotImportError."""
    if is_evalscope(path):
        return [read_evalscope(path, most_bytes)]
    if path.is_dir():
        inside = sorted(each for each in path.iterdir() if is_evalscope(each))
        if not inside:
            raise CannotImportError(
                f"cannot read {path}: it is a directory; name a result file, or a directory "
                "of EvalScope's"
            )
        return [read_evalscope(each, most_bytes) for each in inside]
    if is_evalscope(path.parent) and path.name.startswith(("benchmark_", "workload_")):
        return [read_evalscope(path.parent, most_bytes)]
    try:
        return [
            run
            for result in read_objects(path, most_bytes)
            for run in runs_of(result, path, most_bytes)
        ]
    except CannotImportError as error:
        if str(path) in str(error):
            raise
        raise CannotImportError(f"cannot read {path}: {error}") from None


def runs_of(result: Object, path: Path, most_bytes: int = MAX_BYTES) -> list[ImportedRun]:
    """The runs of a JSON object of the file at `path`. Raises CannotImportError, and
    UnknownResultError if it is no result.
    """
    if is_vllm(result):
        return [read_vllm(result, path)]
    if is_sglang(result):
        return [read_sglang(result, path)]
    if is_guidellm(result):
        return read_guidellm(result, path)
    if is_aiperf(result):
        return [read_aiperf(result, path, most_bytes)]
    if is_genai_bench(result):
        return [read_genai_bench(result, path, most_bytes)]
    raise UnknownResultError(
        f"cannot read {path}: it is no result of vLLM, SGLang, GuideLLM, AIPerf, EvalScope or "
        "genai-bench;"
        " of AIPerf name profile_export_aiperf.json, of genai-bench the file of one run"
    )
