"""How many KV blocks a card has left, as vLLM counts them at its start; and its words where there
are too few.

What is left is the allowed share of the card without weights, the largest activation, and what the
runtime keeps. The activation is that of vLLM's trial step: as many tokens as a step may have, with
logits of as many requests as may run.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from inferometer.engine.twin.profiles import (
    GIB,
    CardProfile,
    ModelShape,
    StackProfile,
)
from inferometer.engine.twin.scheduler import SchedulerRules
from inferometer.words import Said

COLLECTIVE_GIB = 0.37
"""Buffers of the collective library with more than one card (AIConfigurator, 0.35 to 0.4)."""
LOGIT_COPIES = 3
"""Of a row of logits in fp32: themselves, their sorted copy, and probabilities. A guess."""


class OutOfMemoryError(ValueError):
    """The engine would not start; the message is vLLM's."""

    @property
    def sentence(self) -> str:
        return Said("twin.no_memory", {"said": str(self)})


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """Bytes of one card."""

    weights: int
    activation: int
    context: int
    kv: int
    blocks: int
    """With the null block."""
    windows: tuple[int | None, ...]
    """The groups of layers, as KVMemory takes them."""
    block_size: int
    used: int
    """What the card shows as used: vLLM takes the KV cache whole at its start."""

    def tokens(self, max_model_len: int) -> int:
        """What vLLM logs as the size of the KV cache: so many tokens of longest requests."""
        return int(self.concurrency(max_model_len) * max_model_len)

    def concurrency(self, max_model_len: int) -> float:
        """Requests of the longest length that fit at once."""
        each = _blocks_of(max_model_len, self.windows, self.block_size, 0)
        return self.blocks / each


def groups_of(model: ModelShape) -> tuple[int, tuple[int | None, ...]]:
    """Layers of a group, and the window of each group. Groups have one size: where layers with and
    without a window are of different number, the smaller number.
    """
    full, windowed = model.layers - model.windowed_layers, model.windowed_layers
    if not windowed:
        return full, (None,)
    low, high = min(full, windowed), max(full, windowed)
    size = high if high < 1.25 * low else low
    windows: list[int | None] = [None] * ceil(full / size)
    windows += [model.window] * ceil(windowed / size)
    return size, tuple(windows)


def plan_memory(
    card: CardProfile,
    model: ModelShape,
    stack: StackProfile,
    rules: SchedulerRules,
    *,
    tp: int,
    utilization: float,
    block_size: int = 16,
    blocks: int | None = None,
) -> MemoryPlan:
    """`blocks`: as a real engine has logged them, instead of those that are left here. Raises
    OutOfMemoryError where vLLM would not start.
    """
    weights = round(model.resident_bytes / tp)
    activation = _activation_bytes(model, rules, tp)
    context = round((stack.context_gib + COLLECTIVE_GIB * (tp > 1)) * GIB)
    allowed = int(utilization * card.memory_bytes)
    kv = allowed - weights - activation - context
    if kv <= 0 and blocks is None:
        raise OutOfMemoryError(
            "No available memory for the cache blocks. Try increasing `gpu_memory_utilization` "
            "when initializing the engine."
        )
    size, windows = groups_of(model)
    page = block_size * _kv_bytes_of_a_layer(model, tp) * size
    blocks = blocks or int(kv // page)
    used = weights + activation + context + round(blocks * page)
    plan = MemoryPlan(
        weights,
        activation,
        context,
        kv,
        blocks,
        windows,
        block_size,
        min(used, card.memory_bytes),
    )
    _check_longest(plan, rules, page)
    return plan


def _kv_bytes_of_a_layer(model: ModelShape, tp: int) -> float:
    heads = max(1.0, model.kv_heads / tp)  # fewer heads than cards: copies
    return 2 * heads * model.head_dim * model.kv_bytes


def _activation_bytes(model: ModelShape, rules: SchedulerRules, tp: int) -> int:
    tokens = rules.max_num_batched_tokens
    per_token = max(1, model.experts_per_token)
    feed_forward = 3 * model.ffn * per_token / tp
    attention = (model.heads + 2 * model.kv_heads) * model.head_dim / tp
    hidden = 4 * model.hidden
    rows = min(rules.max_num_seqs, tokens)
    logits = rows * model.vocabulary * 4 * LOGIT_COPIES
    return round(tokens * (feed_forward + attention + hidden) * 2 + logits)


def _blocks_of(
    tokens: int,
    windows: tuple[int | None, ...],
    block_size: int,
    ahead: int,
) -> int:
    """Blocks that one request of so many tokens needs."""
    total = 0
    for window in windows:
        held = ceil(tokens / block_size)
        if window is not None:
            held = min(held, ceil((window - 1 + ahead) / block_size) + 1)
        total += held
    return total


def _check_longest(
    plan: MemoryPlan, rules: SchedulerRules, page: float
) -> None:
    ahead = rules.max_num_batched_tokens
    needed = _blocks_of(
        rules.max_model_len, plan.windows, plan.block_size, ahead
    )
    if needed <= plan.blocks:
        return
    low, high = 0, rules.max_model_len
    while high - low > 1:
        middle = (low + high) // 2
        blocks = _blocks_of(middle, plan.windows, plan.block_size, ahead)
        low, high = (middle, high) if blocks <= plan.blocks else (low, middle)
    raise OutOfMemoryError(
        f"To serve at least one request with the models's max seq len ({rules.max_model_len}), "
        f"({needed * page / GIB:.2f} GiB KV cache is needed, which is larger than the available "
        f"KV cache memory ({plan.kv / GIB:.2f} GiB). Based on the available memory, the estimated "
        f"maximum model length is {low}. Try increasing `gpu_memory_utilization` or decreasing "
        "`max_model_len` when initializing the engine."
    )
