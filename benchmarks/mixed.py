"""How long it takes to read a thousand files of many tools in one tree, and a tree as large as the
PCIe study's published one: 8,045 files in forty folders, whose names say what was measured.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from table import print_table, spread

READING = """
import resource, sys, time
import inferometer
began = time.perf_counter()
frames = inferometer.load(sys.argv[1])
loaded = time.perf_counter()
points = frames.points
memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(loaded - began, time.perf_counter() - loaded, memory_mb, len(points))
"""
MODELS = ("llama-3.1-8b", "gemma-3-12b", "qwen3-14b")
STUDY_FOLDERS = tuple(
    f"{gpus}x{card}_x{lanes}_{model}_{stack}_1-200"
    + (f"_TP{gpus}" if gpus > 1 else "")
    for card, stack in (
        ("R9700", "rocm7.0"),
        ("R9700", "rocm7.1"),
        ("pro4500", "cuda13.0"),
    )
    for gpus in (1, 2, 4)
    for lanes in (8, 16)
    for model in MODELS
)[:40]
STUDY_FILES = 8045
LEVELS = 200


def run(repeats: int) -> None:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, write, number in (
            ("many tools", mixed, 1000),
            ("many tools, twice as many", mixed, 2000),
            ("the study's", study, STUDY_FILES),
        ):
            tree = Path(folder, name)
            for path, text in write(number):
                place = tree / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text)
            rows += _reading_rows(tree, f"{name}: {number:,} files", repeats)
        rows += _report_rows(tree, Path(folder, "page.html"), repeats)
    print_table("Reading trees of files", ("", "ours", "target"), rows)


def _reading_rows(
    tree: Path, what: str, repeats: int
) -> list[tuple[str, str, str]]:
    turns = [
        tuple(
            map(
                float,
                subprocess.run(
                    [sys.executable, "-c", READING, tree],
                    capture_output=True,
                    text=True,
                    check=True,
                ).stdout.split(),
            )
        )
        for _ in range(repeats)
    ]
    target = "≤ 5" if "1,000" in what else ""
    return [
        (f"{what}: s to load", spread([each[0] for each in turns], 2), target),
        (
            f"{what}: s to the frame of points",
            spread([each[1] for each in turns], 2),
            "",
        ),
        (
            f"{what}: peak memory, MB",
            spread([each[2] for each in turns], 0),
            "",
        ),
    ]


def _report_rows(
    tree: Path, page: Path, repeats: int
) -> list[tuple[str, str, str]]:
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        subprocess.run(
            [
                sys.executable,
                "-m",
                "inferometer",
                "report",
                tree,
                "--output",
                page,
            ],
            capture_output=True,
            check=True,
        )
        seconds.append(time.perf_counter() - began)
    return [
        ("the study's: s to the report, start to end", spread(seconds, 1), ""),
        ("the study's: the page, MB", f"{page.stat().st_size / 1e6:.1f}", ""),
    ]


def study(number: int) -> Iterator[tuple[str, str]]:
    """Folder by folder from 1 to 200 requests at once, and again, as repeats."""
    for file in range(number):
        folder = STUDY_FOLDERS[file // LEVELS % len(STUDY_FOLDERS)]
        level, turn = file % LEVELS + 1, file // LEVELS // len(STUDY_FOLDERS)
        name = f"np{level}_202601{turn + 10}_{file % 240000:06d}.json"
        yield (
            f"{folder}/{name}",
            json.dumps(_vllm(level, file) | {"model_id": folder.split("_")[2]}),
        )


def mixed(number: int) -> Iterator[tuple[str, str]]:
    """Seven kinds in turn."""
    kinds: tuple[Callable[[int], tuple[str, Any]], ...] = (
        lambda file: (_study_path(file), _vllm(8, file)),
        lambda file: (f"plain/n8-20260110-{file:06d}.json", _vllm(8, file)),
        lambda file: (
            f"detailed/openai-{file}.json",
            _vllm(64, file) | _arrays(64),
        ),
        lambda file: (f"sglang/agg_n100_c{file}.jsonl", _sglang(file)),
        lambda file: (
            f"sweep/SERVE--max_num_seqs={file % 9}-BENCH--/run={file}.json",
            _sweep(file),
        ),
        lambda file: (f"inferencex/agg_{file}.json", _inferencex(file)),
        lambda file: (
            f"others/{file}.json",
            {"config": {"layers": file}, "weights": [1, 2, 3]},
        ),
    )
    for file in range(number):
        path, result = kinds[file % len(kinds)](file)
        yield path, json.dumps(result)


def _vllm(level: int, file: int) -> dict[str, Any]:
    duration_s = 4.3 + level / 20 + file * 1e-7
    statistics = {
        f"{name}_{latency}_ms": value * factor
        for latency, value in (
            ("ttft", 57.6 + level),
            ("tpot", 33.4),
            ("itl", 33.4),
        )
        for name, factor in (
            ("mean", 1),
            ("median", 0.99),
            ("std", 0.05),
            ("p99", 1.5),
        )
    }
    return {
        "date": "20260110-010203",
        "endpoint_type": "openai",
        "backend": "openai",
        "label": None,
        "model_id": "meta-llama/Llama-3.1-8B",
        "tokenizer_id": "t",
        "num_prompts": level,
        "request_rate": "inf",
        "burstiness": 1.0,
        "max_concurrency": None,
        "duration": duration_s,
        "completed": level,
        "failed": 0,
        "total_input_tokens": 1023 * level,
        "total_output_tokens": 128 * level,
        "request_throughput": level / duration_s,
        "output_throughput": 128 * level / duration_s,
        "total_token_throughput": 1151 * level / duration_s,
        **statistics,
    }


def _arrays(requests: int) -> dict[str, Any]:
    return {
        "input_lens": [1023] * requests,
        "output_lens": [128] * requests,
        "ttfts": [0.05] * requests,
        "itls": [[0.0334] * 127] * requests,
        "start_times": [each / 1e4 for each in range(requests)],
        "errors": [""] * requests,
    }


def _sglang(file: int) -> dict[str, Any]:
    """With as many arguments of the server as SGLang 0.5 writes."""
    statistics = {
        f"{name}_{latency}_ms": 12.5
        for latency in ("ttft", "tpot", "itl", "e2e_latency")
        for name in ("mean", "median", "std", "p99")
    }
    arguments = {f"argument_{number}": number % 7 for number in range(300)}
    return {
        "tag": f"agg_n100_c{file}",
        "backend": "sglang",
        "dataset_name": "random",
        "request_rate": 8.0,
        "max_concurrency": file,
        "random_input_len": 512,
        "server_info": {
            "model_path": "Qwen/Qwen2.5-3B",
            "tp_size": 1,
            "version": "0.5.5",
        }
        | arguments
        | {"internal_states": [arguments]},
        "duration": 2.0,
        "completed": 100,
        "output_throughput": 3151.4,
        **statistics,
    }


def _sweep(file: int) -> dict[str, Any]:
    return _vllm(8, file) | {
        "run_number": file,
        "max_num_seqs": file % 9,
        "max_concurrency": 2,
    }


def _study_path(file: int) -> str:
    return f"study/{STUDY_FOLDERS[file % 7]}/np8_20260110_{file:06d}.json"


def _sweep_path(file: int) -> str:
    return f"sweep/SERVE--max_num_seqs={file % 9}-BENCH--max_concurrency=2/run={file}.json"


def _inferencex(file: int) -> dict[str, Any]:
    return {
        "hw": "h200",
        "tp": 8,
        "conc": file,
        "model": "m",
        "framework": "vllm",
        "precision": "fp8",
        "isl": 1024,
        "osl": 1024,
        "tput_per_gpu": 100.5,
        "output_tput_per_gpu": 50.5,
        "mean_ttft": 0.3,
        "p99_ttft": 0.9,
    }
