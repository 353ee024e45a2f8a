"""`combos.yaml` of the DCU tool's `run_sweep.py`, as a campaign: all pairs of lengths crossed with
all pairs of concurrency and number of requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

PAIRS = {
    "input_output": ("input_len", "output_len"),
    "concurrency_prompts": ("max_concurrency", "num_prompts"),
}
"""Its lists, and the settings of a point that each row of them has."""

KEYS = {*PAIRS, "model", "base_url", "tokenizer", "output_dir"}


def is_combos(content: Mapping[str, Any]) -> bool:
    return content.keys() >= PAIRS.keys()


def campaign_of_combos(
    content: Mapping[str, Any], source: str
) -> dict[str, Any]:
    """The campaign that measures the same. Raises ValueError with what is wrong."""
    if unknown := [str(key) for key in content if key not in KEYS]:
        raise ValueError(
            f"holds {', '.join(unknown)}, which no combos.yaml of run_sweep.py has"
        )
    if not isinstance(content.get("model"), str):
        raise ValueError("wants the name of a model under model")
    rows = {name: _rows(name, content[name]) for name in PAIRS}
    tokenizer = content.get("tokenizer")
    is_here = isinstance(tokenizer, str) and Path(tokenizer).exists()
    return {
        "name": "combos",
        "about": f"The combinations of {Path(source).name}",
        "result_dir": str(content.get("output_dir") or "bench_results/combos"),
        "file_name": "io{input}x{output}_mc{c}_np{n}_{time}.json",
        "models": {"model": content["model"]},
        "servers": {
            "running": {
                "kind": "external",
                "base_url": content.get("base_url") or "http://127.0.0.1:8000",
            }
        },
        "groups": [{"id": "combos", "model": "model", "server": "running"}],
        "matrix": {
            "paired": [
                {**lengths, **load}
                for lengths in rows["input_output"]
                for load in rows["concurrency_prompts"]
            ]
        },
        # a tokenizer's name on the hub is no file to count with: the server counts then
        "workload": {
            "kind": "random",
            **({"tokenizer": tokenizer} if is_here else {}),
        },
        "sampling": {"ignore_eos": True},
    }


def _rows(name: str, written: Any) -> list[dict[str, int]]:
    if not isinstance(written, list) or not written:
        raise ValueError(
            f"wants a list of pairs under {name}, such as [[256, 256], [1024, 512]]"
        )
    rows = []
    for pair in written:
        if not isinstance(pair, list) or [type(each) for each in pair] != [
            int,
            int,
        ]:
            raise ValueError(
                f"wants two whole numbers in each pair of {name}, not {pair!r:.60}"
            )
        rows.append(dict(zip(PAIRS[name], pair, strict=True)))
    return rows
