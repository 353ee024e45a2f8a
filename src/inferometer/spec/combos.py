"""`combos.yaml` of the DCU tool's `run_sweep.py`, as a campaign: all pairs of lengths crossed with
all pairs of concurrency and number of requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inferometer.words import Said

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
            Said("combos.unknown", {"name": source, "keys": unknown})
        )
    if not isinstance(content.get("model"), str):
        raise ValueError(Said("combos.model", {"name": source}))
    rows = {name: _rows(source, name, content[name]) for name in PAIRS}
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


def _rows(source: str, name: str, written: Any) -> list[dict[str, int]]:
    told = {"name": source, "field": name}
    if not isinstance(written, list) or not written:
        raise ValueError(Said("combos.pairs", told))
    rows = []
    for pair in written:
        if not isinstance(pair, list) or [type(each) for each in pair] != [
            int,
            int,
        ]:
            wrong = {**told, "pair": f"{pair!r:.60}"}
            raise ValueError(Said("combos.pair", wrong))
        rows.append(dict(zip(PAIRS[name], pair, strict=True)))
    return rows
