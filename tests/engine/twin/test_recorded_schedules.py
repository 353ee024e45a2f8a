"""The twin takes the decisions that vLLM's own scheduler took (see tests/engines/record_schedules.py)."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from inferometer.engine.twin.blocks import KVMemory
from inferometer.engine.twin.request import TwinRequest
from inferometer.engine.twin.scheduler import (
    VERSIONS,
    Plan,
    Scheduler,
    SchedulerRules,
)
from tests.engines.schedule_scenarios import tokens_of

RECORDS = sorted((Path(__file__).parent / "schedules").glob("*.json"))


def scheduler_for(record: dict[str, Any]) -> Scheduler:
    version = VERSIONS[
        "vllm-0.10.2" if record["vllm"].startswith("0.10.2") else "vllm-0.32"
    ]
    own = {"async_scheduling", "reserve_full_prompt"}
    rules = SchedulerRules(
        **{name: said for name, said in version.items() if name not in own},
        max_num_batched_tokens=record["max_num_batched_tokens"],
        max_num_seqs=record["max_num_seqs"],
        max_model_len=2048,
        long_prefill_token_threshold=record["long_prefill_token_threshold"],
        async_scheduling=record["async_scheduling"],
        reserve_full_prompt=record["reserve_full_prompt"],
    )
    memory = KVMemory(
        record["blocks"],
        block_size=record["block_size"],
        windows=record.get("windows", [None]),
        caching=record["prefix_caching"],
        uncached_first=not record["vllm"].startswith("0.10.2"),
    )
    return Scheduler(rules, memory)


def requests_of(record: dict[str, Any]) -> list[TwinRequest]:
    requests = []
    for number, (call, said) in enumerate(
        zip(record["calls"], record["outputs"], strict=True)
    ):
        prompt = tokens_of(call["pieces"])
        requests.append(
            TwinRequest(
                number,
                len(prompt),
                call["max_tokens"],
                answer_tokens=len(said),
                prompt=prompt,
                answer=partial(tokens_from, said),
            )
        )
    return requests


def tokens_from(said: list[int], place: int, tokens: int) -> list[int]:
    return said[place : place + tokens]


def decisions(record: dict[str, Any]) -> list[dict[str, Any]]:
    """The twin's steps, in the form of the record: as vLLM's engine drives its scheduler."""
    scheduler, requests = scheduler_for(record), requests_of(record)
    for each in requests:
        each.tables = scheduler.memory.new_tables()
    arrivals = sorted(
        zip(requests, record["calls"], strict=True),
        key=lambda pair: pair[1]["at_step"],
    )
    depth = 2 if record["async_scheduling"] else 1
    steps: list[dict[str, Any]] = []
    planned: list[Plan] = []
    step, is_ended = 0, False
    while arrivals or scheduler.running or scheduler.waiting or planned:
        while arrivals and arrivals[0][1]["at_step"] <= step:
            scheduler.waiting.append(arrivals.pop(0)[0])
        step += 1
        # vLLM plans once more after the last request has ended, to say so
        if scheduler.running or scheduler.waiting or is_ended:
            planned.append(scheduler.plan())
            steps.append(seen(scheduler, planned[-1]))
            is_ended = False
            if len(planned) < depth and steps[-1]["scheduled"]:
                continue
        if planned:
            made = scheduler.settle(planned.pop(0))
            is_ended = any(each.finished for each in made)
    return [each for each in steps if each["scheduled"]]


def seen(scheduler: Scheduler, plan: Plan) -> dict[str, Any]:
    return {
        "scheduled": [
            [request.number, start, tokens]
            for request, start, tokens in plan.shares
        ],
        "preempted": [each.number for each in plan.preempted],
        "running": [each.number for each in scheduler.running],
        "waiting": [each.number for each in scheduler.waiting],
        "free_blocks": scheduler.memory.pool.free,
    }


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_the_twin_decides_as_vllm_did(path: Path) -> None:
    record = json.loads(path.read_text(encoding="utf-8"))
    theirs = [each for each in record["steps"] if each["scheduled"]]
    ours = decisions(record)
    for number, (own, recorded) in enumerate(zip(ours, theirs, strict=False)):
        assert own == recorded, f"step {number}"
    assert len(ours) == len(theirs)


def test_the_records_hold_what_they_are_for() -> None:
    """A record in which nothing of it happens would prove nothing."""
    records = {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in RECORDS
    }
    assert len(records) >= 20
    steps = [step for each in records.values() for step in each["steps"]]
    assert sum(len(step["preempted"]) for step in steps) >= 10
    assert any(each["async_scheduling"] for each in records.values())
    versions = {each["vllm"][:6] for each in records.values()}
    assert versions == {"0.10.2", "0.32.0"}
    hits = [
        share
        for name in ("shared_prefix", "least_recently_used")
        for step in records[name]["steps"]
        for share in step["scheduled"]
        if share[1] > 0 and share[2] > 1
    ]
    assert len(hits) >= 5
    windowed = [
        step
        for each in records.values()
        if len(each.get("windows", ())) > 1
        for step in each["steps"]
    ]
    assert any(step["preempted"] for step in windowed)
    assert any(
        start > 0 and tokens > 1
        for step in windowed
        for _, start, tokens in step["scheduled"]
    )
