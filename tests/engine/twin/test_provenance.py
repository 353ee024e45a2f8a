"""What a twin computes with: the same digests for the same things, and a version for its code."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inferometer.engine.twin import provenance as module
from inferometer.engine.twin.client import TwinLoad, play
from inferometer.engine.twin.configuration import TwinSettings, make_twin
from inferometer.engine.twin.profiles import (
    HostProfile,
    load_profile,
)
from inferometer.engine.twin.provenance import VERSION, provenance

GOLDEN = Path(__file__).parents[2] / "golden" / "twin_version.json"
SETTINGS = TwinSettings("r9700", "llama-3.1-8b", max_model_len=2048)
TWINS = (
    SETTINGS,
    replace(SETTINGS, stack="vllm-0.10.2-eager", num_gpu_blocks=400),
    replace(SETTINGS, card="h100", model="gpt-oss-20b", tp=2),
    replace(SETTINGS, card="h100", stack="sglang"),
)
LOADS = (
    TwinLoad(40, 512, 64, max_concurrency=8, shortest=0.9),
    TwinLoad(40, 1024, 32, request_rate=20.0, prefix_tokens=256),
)


def times() -> str:
    """A digest of when every request of some loads began and ended, on some twins."""
    found = [
        (each.number, each.first_ns, each.finished_ns)
        for settings in TWINS
        for load in LOADS
        for each in play(make_twin(settings).simulation(), load)
    ]
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()[:16]


def test_other_times_of_the_same_profiles_have_another_version() -> None:
    """Raise VERSION, then UPDATE_GOLDEN=1: simulated points of before are simulated again."""
    known = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}
    computed = {"version": VERSION, "times": times()}
    if os.environ.get("UPDATE_GOLDEN") and known.get("version") != VERSION:
        GOLDEN.write_text(json.dumps(computed) + "\n")
    assert json.loads(GOLDEN.read_text()) == computed


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({"card": "h100"}, {"card"}),
        ({"model": "qwen3-14b"}, {"model"}),
        ({"stack": "vllm-eager"}, {"stack"}),
        ({"host": "consumer"}, {"host"}),
        ({"tp": 2}, {"link"}),
        ({"max_num_seqs": 7}, set()),
    ],
)
def test_each_part_has_a_digest_of_its_own(
    changes: dict[str, Any], parts: set[str]
) -> None:
    one, other = provenance(SETTINGS), provenance(replace(SETTINGS, **changes))
    names = {
        name for name in {*one, *other} if one.get(name) != other.get(name)
    }
    assert names == parts


def test_a_changed_number_of_a_profile_is_another_digest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = provenance(SETTINGS)

    def changed(kind: type[Any], name: str) -> object:
        profile: Any = load_profile(kind, name)
        is_host = kind is HostProfile
        return replace(profile, step_us=1.0) if is_host else profile

    monkeypatch.setattr(module, "load_profile", changed)
    after = provenance(SETTINGS)
    assert {name for name in before if before[name] != after[name]} == {"host"}
