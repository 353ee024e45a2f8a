"""The twin takes the decisions that SGLang's own scheduler took (see
tests/engines/record_sglang_schedules.py).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from inferometer.engine.twin.blocks import KVMemory
from inferometer.engine.twin.configuration import TwinSettings, make_twin
from inferometer.engine.twin.request import TwinRequest
from inferometer.engine.twin.scheduler import VERSIONS, SchedulerRules
from inferometer.engine.twin.sglang import SglangScheduler
from tests.engines.schedule_scenarios import tokens_of

RECORDS = sorted((Path(__file__).parent / "sglang_schedules").glob("*.json"))
DECISIONS = ("scheduled", "preempted", "waiting", "ratio")
HITS_LESS = {
    "cyclic_use_beyond_the_pool": 20,
    "retraction_of_two": 72,
    "room_for_whole_answers": 61,
}
"""From which step on the twin finds part of what SGLang does not: that evicts a whole branch of its
tree where the twin evicts as many blocks as it needs.
"""
MERGED = "equal_prompts_at_once"
"""SGLang keeps one copy of equal prompts that were computed at once, the twin all of them."""


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def decisions(record: dict[str, Any]) -> list[dict[str, Any]]:
    """The twin's steps, in the form of the record."""
    rules = SchedulerRules(
        max_num_batched_tokens=record["max_num_batched_tokens"],
        max_num_seqs=record["max_num_seqs"],
        max_model_len=4096,
        **VERSIONS["sglang"],
    )
    memory = KVMemory(
        record["blocks"], block_size=1, caching=record["prefix_caching"]
    )
    scheduler = SglangScheduler(rules, memory)
    arrivals = sorted(
        zip(requests_of(record, memory), record["calls"], strict=True),
        key=lambda pair: pair[1]["at_step"],
    )
    steps: list[dict[str, Any]] = []
    step = 0
    while arrivals or scheduler.running or scheduler.waiting:
        while arrivals and arrivals[0][1]["at_step"] <= step:
            scheduler.waiting.append(arrivals.pop(0)[0])
        plan = scheduler.plan()
        step += 1
        if plan.shares:
            steps.append(
                {
                    "scheduled": [
                        [request.number, start, tokens]
                        for request, start, tokens in plan.shares
                    ],
                    "preempted": [each.number for each in plan.preempted],
                    "waiting": [each.number for each in scheduler.waiting],
                    "free_blocks": memory.pool.free,
                    "ratio": round(scheduler.ratio, 9),
                }
            )
        scheduler.settle(plan)
    return steps


def requests_of(record: dict[str, Any], memory: KVMemory) -> list[TwinRequest]:
    requests = []
    for number, call in enumerate(record["calls"]):
        prompt = tokens_of(call["pieces"])
        request = TwinRequest(
            number,
            len(prompt),
            call["max_tokens"],
            prompt=prompt,
            answer=lambda place, tokens: [7] * tokens,
        )
        request.tables = memory.new_tables()
        requests.append(request)
    return requests


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_the_twin_decides_as_sglang_did(path: Path) -> None:
    record = read(path)
    ours, theirs = decisions(record), record["steps"]
    names = DECISIONS if path.stem == MERGED else (*DECISIONS, "free_blocks")
    until = HITS_LESS.get(path.stem)
    for number, (own, known) in enumerate(zip(ours, theirs, strict=False)):
        if number == until:
            assert without_hits(own) == without_hits(known)
            assert own["scheduled"] != known["scheduled"]
            return
        for name in names:
            assert own[name] == known[name], f"step {number}: {name}"
    assert len(ours) == len(theirs)


def without_hits(step: dict[str, Any]) -> list[tuple[int, int]]:
    """Who computes up to which token."""
    return [
        (number, start + tokens) for number, start, tokens in step["scheduled"]
    ]


def test_the_records_hold_what_they_are_for() -> None:
    """A record in which nothing of it happens would prove nothing."""
    records = {path.stem: read(path) for path in RECORDS}
    assert len(records) >= 10
    assert {each["sglang"] for each in records.values()} == {"0.5.9"}
    retracted = {
        name: sum(len(step["preempted"]) for step in each["steps"])
        for name, each in records.items()
    }
    assert sum(count > 0 for count in retracted.values()) >= 5
    assert retracted["retraction_of_two"] == 2
    hits = [
        share
        for step in records["shared_prefix"]["steps"]
        for share in step["scheduled"]
        if share[1] > 0 and share[2] > 1
    ]
    assert len(hits) >= 5
    ratios = {step["ratio"] for step in records["retraction"]["steps"]}
    assert max(ratios) > 0.8
    assert min(ratios) < 0.7


@pytest.mark.parametrize(
    ("card", "tokens"),
    [
        ("r9700", 2048),
        ("a100-40gb", 4096),
        ("a100-80gb", 8192),
        ("h200", 8192),
        ("mi300x", 16_384),
    ],
)
def test_chunks_are_as_large_as_sglang_makes_them(
    card: str, tokens: int
) -> None:
    """SGLang 0.5.9, ServerArgs._handle_gpu_memory_settings."""
    settings = TwinSettings(card, "llama-3.1-8b", "sglang", max_model_len=4096)
    assert make_twin(settings).rules.max_num_batched_tokens == tokens


@pytest.mark.parametrize(
    ("settings", "seats"),
    [
        ({"num_gpu_blocks": 512, "max_model_len": 4096}, 2048),
        ({"num_gpu_blocks": 1536, "max_model_len": 4096}, 3072),
        ({"num_gpu_blocks": 4096, "max_model_len": 4096}, 4096),
        ({"num_gpu_blocks": 4096, "max_num_seqs": 9}, 9),
        ({"stack": "vllm-graphs", "max_model_len": 4096}, 1024),
    ],
)
def test_as_many_run_at_once_as_sglang_lets(
    settings: dict[str, Any], seats: int
) -> None:
    asked = {"stack": "sglang", "max_model_len": 4096, **settings}
    twin = make_twin(TwinSettings("h100", "llama-3.1-8b", **asked))
    assert twin.rules.max_num_seqs == seats
