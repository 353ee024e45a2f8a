"""Record what SGLang's own scheduler decides, step by step, for the tests of the twin.

    PYTHONPATH=. PYTHON -m tests.engines.record_sglang_schedules tests/engine/twin/sglang_schedules

PYTHON is one that has `sglang` 0.5.9, torch for CPUs, and what its import asks for. Nothing is
served: the classes `Scheduler`, `PrefillAdder`, `RadixCache` and the allocator of tokens are
SGLang's, and are driven as its event loop without overlap drives them, with made-up answers in the
model's place. Libraries of kernels, which a CPU has not, are stood in for by empty modules.

A page is a token, as SGLang has it by default. A record holds the scenario and, for every step,
which request got how many tokens, who was retracted, who waits, how many tokens of the pool are
free or could be evicted, and the ratio by which room for answers is reserved.
"""

from __future__ import annotations

import argparse
import importlib.abc
import importlib.machinery
import json
import sys
import types
from dataclasses import MISSING, asdict, fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

from tests.engines.schedule_scenarios import (
    Scenario,
    of_sglang,
    tokens_of,
)

ABSENT = frozenset(
    [
        "sgl_kernel",
        "flashinfer",
        "llguidance",
        "outlines",
        "torchao",
        "decord",
        "deep_gemm",
        "cuda",
        "quack",
        "timm",
        "gguf",
        "torch_memory_saver",
        "compressed_tensors",
        "soundfile",
        "av",
    ]
)
"""Libraries that only a GPU, or another kind of model, needs."""
TOKEN = 7
"""What the model says, each time."""


class _Loose(type):
    """A class that has every attribute."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return MagicMock(name=name)


class _Absent(types.ModuleType):
    """A module that has every attribute: classes by their capital letter."""

    __file__ = "absent"
    __version__ = "9.9"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        is_class = name[0].isupper()
        return _Loose(name, (), {}) if is_class else MagicMock(name=name)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        if fullname.split(".", maxsplit=1)[0] not in ABSENT:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: Any) -> types.ModuleType:
        return _Absent(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        pass


def make_scheduler(scenario: Scenario) -> Any:
    """SGLang's, without its processes, sockets and model."""
    import torch
    from sglang.srt.disaggregation.utils import DisaggregationMode
    from sglang.srt.managers.schedule_batch import ScheduleBatch
    from sglang.srt.managers.scheduler import Scheduler
    from sglang.srt.mem_cache.allocator import TokenToKVPoolAllocator
    from sglang.srt.mem_cache.cache_init_params import CacheInitParams
    from sglang.srt.mem_cache.memory_pool import ReqToTokenPool
    from sglang.srt.mem_cache.radix_cache import RadixCache
    from sglang.srt.speculative.spec_info import SpeculativeAlgorithm

    scheduler: Any = Scheduler.__new__(Scheduler)
    scheduler.server_args = server_args(scenario)
    scheduler.token_to_kv_pool_allocator = TokenToKVPoolAllocator(
        scenario.blocks - 1, torch.float16, "cpu", MagicMock(), False
    )
    scheduler.req_to_token_pool = ReqToTokenPool(64, 4096, "cpu", False)
    scheduler.tree_cache = RadixCache(
        CacheInitParams(
            disable=not scenario.prefix_caching,
            req_to_token_pool=scheduler.req_to_token_pool,
            token_to_kv_pool_allocator=scheduler.token_to_kv_pool_allocator,
            page_size=1,
        )
    )
    quiet = {
        "grammar_manager": SimpleNamespace(
            has_waiting_grammars=lambda: False, clear=lambda: None
        ),
        "model_config": SimpleNamespace(
            is_matryoshka=False, is_encoder_decoder=False, vocab_size=10_000
        ),
        "stream_output": lambda *args, **more: None,
        "maybe_prepare_mlp_sync_batch": lambda batch, **more: batch,
    }
    nothing = (
        "dllm_config chunked_req last_batch prefill_delayer enable_lora truncation_align_size "
        "enable_hierarchical_cache enable_hicache_storage enable_metrics enable_overlap "
        "enable_priority_scheduling schedule_low_priority_values_first require_mlp_sync "
        "abort_on_priority_when_disabled max_queued_requests is_mixed_chunk "
        "enable_dynamic_chunking current_scheduler_metrics_enabled num_retracted_reqs"
    )
    for name in nothing.split():
        setattr(scheduler, name, None)
    for name, value in quiet.items():
        setattr(scheduler, name, value)
    scheduler.disaggregation_mode = DisaggregationMode.NULL
    scheduler.spec_algorithm = SpeculativeAlgorithm.NONE
    scheduler.running_batch = ScheduleBatch(reqs=[], batch_is_full=False)
    scheduler.waiting_queue = []
    scheduler.is_generation, scheduler.pp_size = True, 1
    scheduler.page_size = 1
    scheduler.chunked_prefill_size = scenario.max_num_batched_tokens
    scheduler.max_prefill_tokens = scheduler.server_args.max_prefill_tokens
    scheduler.schedule_policy = "fcfs"
    scheduler.priority_scheduling_preemption_threshold = 0
    scheduler.forward_ct = scheduler.forward_ct_decode = 0
    scheduler.num_generated_tokens = 0
    scheduler.init_schedule_policy()
    return scheduler


def server_args(scenario: Scenario) -> Any:
    """Defaults, but for what the scenario says; nothing is looked up on this machine."""
    from sglang.srt.server_args import (
        ServerArgs,
        set_global_server_args_for_scheduler,
    )

    args: Any = object.__new__(ServerArgs)
    for each in fields(ServerArgs):
        if each.default is not MISSING:
            setattr(args, each.name, each.default)
        elif each.default_factory is not MISSING:
            setattr(args, each.name, each.default_factory())
    args.page_size = 1
    args.attention_backend = "torch_native"
    args.chunked_prefill_size = scenario.max_num_batched_tokens
    args.pp_max_micro_batch_size = scenario.max_num_seqs
    args.disable_radix_cache = not scenario.prefix_caching
    set_global_server_args_for_scheduler(args)
    return args


def record(scenario: Scenario) -> None:
    """As `event_loop_normal`."""
    scheduler = make_scheduler(scenario)
    retracted = watch_retractions()
    left = sorted(enumerate(scenario.calls), key=lambda each: each[1].at_step)
    step = 0
    while left or scheduler.waiting_queue or is_busy(scheduler):
        while left and left[0][1].at_step <= step:
            scheduler.waiting_queue.append(new_request(*left.pop(0)))
        retracted.clear()
        batch = scheduler.get_next_batch_to_run()
        # one that only notices that all have ended is no step
        step += bool(batch or not scheduler.waiting_queue)
        if batch:
            scenario.steps.append(seen(scheduler, batch, retracted))
            run(scheduler, batch)
        scheduler.last_batch = batch


def is_busy(scheduler: Any) -> bool:
    batches = (scheduler.running_batch, scheduler.last_batch)
    return scheduler.chunked_req is not None or any(
        not each.finished() for batch in batches if batch for each in batch.reqs
    )


def new_request(number: int, call: Any) -> Any:
    from sglang.srt.managers.schedule_batch import Req
    from sglang.srt.sampling.sampling_params import SamplingParams

    asked = SamplingParams(max_new_tokens=call.max_tokens)
    asked.normalize(None)
    return Req(
        str(number), "", tokens_of(call.pieces), asked, vocab_size=10_000
    )


def watch_retractions() -> list[int]:
    from sglang.srt.managers.schedule_batch import ScheduleBatch

    found: list[int] = []
    release = getattr(
        ScheduleBatch.release_req, "plain", ScheduleBatch.release_req
    )

    def noting(batch: Any, place: int, *args: Any) -> Any:
        found.append(int(batch.reqs[place].rid))
        return release(batch, place, *args)

    noting.plain = release  # type: ignore[attr-defined]
    ScheduleBatch.release_req = noting
    return found


def seen(scheduler: Any, batch: Any, retracted: list[int]) -> dict[str, Any]:
    is_prompt = batch.forward_mode.is_extend()
    shares = [
        [int(each.rid), len(each.prefix_indices), each.extend_input_len]
        if is_prompt
        else [int(each.rid), each.kv_committed_len - 1, 1]
        for each in batch.reqs
    ]
    pool, tree = scheduler.token_to_kv_pool_allocator, scheduler.tree_cache
    return {
        "scheduled": shares,
        "preempted": list(retracted),
        "waiting": [int(each.rid) for each in scheduler.waiting_queue],
        "free_blocks": pool.available_size() + tree.evictable_size(),
        "ratio": round(scheduler.new_token_ratio, 9),
    }


def run(scheduler: Any, batch: Any) -> None:
    """In place of the model; then as SGLang takes in what it has made."""
    import torch

    tokens = torch.full((len(batch.reqs),), TOKEN)
    batch.output_ids = tokens
    result = SimpleNamespace(
        copy_done=None,
        logits_output=None,
        next_token_ids=tokens,
        extend_input_len_per_req=None,
        extend_logprob_start_len_per_req=None,
        can_run_cuda_graph=False,
        num_accepted_tokens=0,
    )
    if batch.forward_mode.is_decode():
        scheduler.process_batch_result_decode(batch, result)
    else:
        scheduler.process_batch_result_prefill(batch, result)


def main() -> None:
    parser = argparse.ArgumentParser(description="Record SGLang's schedules.")
    parser.add_argument("folder", type=Path, help="where the records go")
    folder = parser.parse_args().folder
    sys.meta_path.insert(0, _Finder())
    import sglang

    folder.mkdir(parents=True, exist_ok=True)
    for scenario in of_sglang():
        record(scenario)
        made = {
            "sglang": sglang.__version__,
            "block_size": 1,
            **asdict(scenario),
        }
        path = folder / f"{scenario.name}.json"
        path.write_text(json.dumps(made, separators=(",", ":")) + "\n")
        print(f"{path}: {len(scenario.steps)} steps", flush=True)


if __name__ == "__main__":
    main()
