"""How long a step takes: linear layers, attention, experts, all-reduces, and the host.

Each part takes the longer of its arithmetic and its reading; the parts follow one another. Weights
are read once a step however many tokens it has; KV is read for every request. The host's launches
are added, as measured in eager mode: a step cannot be shorter than the time they need.

Times are whole picoseconds. A step of n decoding requests costs a constant and so much for each
token of context, so that any number of such steps sums up exactly in closed form.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from inferometer.engine.twin.profiles import (
    CardProfile,
    HostProfile,
    LinkProfile,
    ModelShape,
    StackProfile,
)
from inferometer.engine.twin.scheduler import Share

PS = 10**12
CAPTURED: tuple[int, ...] = (1, 2, 4, *range(8, 513, 8))
"""Sizes of decode batches that vLLM captures as graphs; others are padded up to one."""
CONSTANTS = 4096
"""Of steps of different sizes, that are kept."""


@dataclass(frozen=True, slots=True)
class Busy:
    """A step's length in ps, and how long of it the card computes and reads."""

    total_ps: int
    compute_ps: int
    memory_ps: int


class StepTime:
    """Time of a step of one model on `tp` cards."""

    def __init__(
        self,
        card: CardProfile,
        model: ModelShape,
        stack: StackProfile,
        host: HostProfile,
        link: LinkProfile | None,
        *,
        tp: int = 1,
        async_scheduling: bool = False,
    ) -> None:
        self.model = model
        self._stack, self._host, self._tp = stack, host, tp
        self._async = async_scheduling
        self._flops = card.dense_tflops * 1e12 * card.compute * tp
        self._weight_rate = card.bandwidth_gb_s * 1e9 * card.weights * tp
        self._attention_flops = self._flops * stack.prompt_attention
        self._product_flops = self._flops * model.product_rate
        self._link = link if tp > 1 else None
        kv_rate = card.bandwidth_gb_s * 1e9 * card.attention
        heads = max(1.0, model.kv_heads / tp)
        read_s = 2 * heads * model.head_dim * model.kv_bytes / kv_rate
        self._pair_flops = 4 * model.heads * model.head_dim
        self._windowed = 0 if stack.masks_windows else model.windowed_layers
        self.window = model.window if self._windowed else 0
        """Tokens that some layers read at most; 0 if all read everything."""
        full = model.layers - self._windowed
        per_token_s = max(read_s, self._pair_flops / self._flops)
        self.full_token_ps: int = round(full * per_token_s * PS)
        """A token of context of a decoding request, in all layers that attend to everything."""
        self.window_token_ps: int = round(self._windowed * per_token_s * PS)
        self._read_s = read_s
        self._constant = lru_cache(CONSTANTS)(self._all_but_attention)

    def decode(self, requests: int) -> Busy:
        """The constant part of a step in which so many requests get their next token."""
        rows = self._padded(requests)
        return self._constant(rows, rows, requests)

    def reading_ps(self, tokens: int, within: int) -> int:
        """How long decoding requests take to read their KV (ps): of `tokens` tokens, new ones
        included, in full layers, and of those `within` their windows in the others.
        """
        return self.full_token_ps * tokens + self.window_token_ps * within

    def growth_of(self, requests: int, growing: int) -> int:
        """How much longer (ps) the next decode step of the same requests takes. `growing`: those
        that have less than a window before them.
        """
        return self.reading_ps(requests, growing)

    def step(self, shares: Sequence[Share]) -> Busy:
        """A step of any kind."""
        prompts = [share for share in shares if share[2] > 1]
        decoding = [share[1] + 1 for share in shares if share[2] == 1]
        within = 0
        if self.window:
            within = sum(min(each, self.window) for each in decoding)
        read_ps = self.reading_ps(sum(decoding), within)
        return self.mixed(prompts, len(decoding), read_ps)

    def mixed(
        self, prompts: Sequence[Share], decoding: int, read_ps: int
    ) -> Busy:
        """A step of prompts beside requests that decode, whose KV takes `read_ps` to read."""
        if not prompts:
            base = self.decode(decoding)
            return Busy(
                base.total_ps + read_ps,
                base.compute_ps,
                base.memory_ps + read_ps,
            )
        tokens = decoding + sum(share[2] for share in prompts)
        rows = decoding + sum(map(is_whole, prompts))
        base = self._constant(tokens, rows, decoding + len(prompts))
        compute_s, read_s = self._attention(prompts)
        attention_ps = round(max(compute_s, read_s) * PS) + read_ps
        extra_ps = round(self._stack.prompt_step_us * 1e6)
        return Busy(
            base.total_ps + attention_ps + extra_ps,
            base.compute_ps + round(compute_s * PS),
            base.memory_ps + round(read_s * PS) + read_ps,
        )

    def _padded(self, requests: int) -> int:
        if not self._stack.graphs or requests > CAPTURED[-1]:
            return requests
        return CAPTURED[bisect_left(CAPTURED, requests)]

    def _all_but_attention(self, tokens: int, rows: int, requests: int) -> Busy:
        """Of a step with so many tokens of which `rows` are sampled."""
        compute_s = memory_s = card_s = 0.0
        for flops, size in self._products(tokens, rows):
            compute = flops / self._product_flops
            memory = size / self._weight_rate
            compute_s += compute
            memory_s += memory
            card_s += max(compute, memory)
        card_s += self._all_reduce_s(tokens, rows)
        card_s += self._layer_us(tokens) * self.model.layers / 1e6
        host = self._host
        planning_s = (host.step_us + host.request_us * requests) / 1e6
        # planned while the step before ran, it costs only what is longer than that
        total_s = (
            max(card_s, planning_s) if self._async else card_s + planning_s
        )
        return Busy(
            round(total_s * PS), round(compute_s * PS), round(memory_s * PS)
        )

    def _layer_us(self, tokens: int) -> float:
        """What the host needs for a layer: graphs are replayed only up to the largest captured."""
        host, graphs = self._host, self._stack.graphs
        if graphs and tokens <= CAPTURED[-1]:
            return host.graph_us_per_layer
        if self.model.experts and not graphs:
            return host.eager_moe_us_per_layer
        return host.eager_us_per_layer

    def _products(
        self, tokens: int, rows: int
    ) -> Iterable[tuple[float, float]]:
        """(FLOPs, bytes read) of each kind of matrix product, over all cards."""
        model = self.model
        layers, width = model.layers, model.weight_bytes
        shared = model.attention_weights
        if model.experts:
            shared += model.hidden * model.experts
            used = model.experts * (
                1 - (1 - model.experts_per_token / model.experts) ** tokens
            )
            weights = model.expert_weights * layers
            yield (
                2 * tokens * model.experts_per_token * weights,
                used * weights * model.expert_bits / 8,
            )
        else:
            shared += model.expert_weights
        yield 2 * tokens * shared * layers, shared * layers * width
        yield (
            2 * rows * model.head_weights,
            model.head_weights * model.head_bytes,
        )

    def _attention(self, prompts: Sequence[Share]) -> tuple[float, float]:
        """Seconds of arithmetic and of reading KV, of chunks of prompts."""
        model, stack = self.model, self._stack
        full = model.layers - self._windowed
        longest = max(share[2] for share in prompts)
        pairs = read = 0
        for _, start, tokens in prompts:
            queries = longest if stack.pads_prompts else tokens
            idle = -(-queries // stack.query_tile) * stack.query_tile - tokens
            pairs += full * (
                _pairs(start, tokens, start + tokens) + idle * start
            )
            read += full * (start + tokens)
            if self._windowed:
                window = model.window
                pairs += self._windowed * (
                    _pairs(start, tokens, window) + idle * min(start, window)
                )
                read += self._windowed * min(start + tokens, window)
        compute_s = pairs * self._pair_flops / self._attention_flops
        return compute_s, read * self._read_s

    def _all_reduce_s(self, tokens: int, rows: int) -> float:
        """Two a layer and one of the embedding; then the logits are gathered."""
        link, cards, model = self._link, self._tp, self.model
        if link is None:
            return 0.0
        graphs, message = self._stack.graphs, tokens * model.hidden * 2
        each = link.all_reduce_s(cards, message, graphs=graphs)
        gathered = link.all_reduce_s(cards, 0, graphs=graphs)
        gathered += link.ring_s(cards, rows * model.vocabulary)
        return (2 * model.layers + 1) * each + gathered


def is_whole(share: Share) -> bool:
    """Whether a prompt is computed to its end, and a token sampled."""
    request, start, tokens = share
    return start + tokens >= request.tokens


def _pairs(start: int, tokens: int, window: int) -> int:
    """Sum over the new tokens of how many they attend to, themselves included."""
    growing = max(0, min(tokens, window - start))
    whole = tokens - growing
    return growing * start + growing * (growing + 1) // 2 + whole * window
