"""Profiles: a card, an engine's stack, a host, a link and a model's shape, each a thing of its own.

They are YAML beside this file. Every number has its source, and says if nobody has verified it. The
link of a name such as `pcie4x8` or `pcie5x16-nop2p` is its generation's, with its share of lanes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from inferometer.spec.flags import did_you_mean
from inferometer.words import Said

GIB = 1 << 30
LANES = 16
ONE_STAGE_BELOW = {2: 8 << 20, 4: 512 << 10, 8: 256 << 10}
"""Bytes, by cards: vLLM, csrc/custom_all_reduce.cuh, and its largest message."""


class ProfileError(ValueError):
    """No such profile, or one that cannot be used: one sentence."""


@dataclass(frozen=True, slots=True)
class CardProfile:
    name: str
    memory_bytes: int
    bandwidth_gb_s: float
    dense_tflops: float
    """FP16 or BF16, without sparsity."""
    weights: float
    """Share of the bandwidth that reading weights reaches."""
    attention: float
    """Share of the bandwidth that reading KV reaches."""
    compute: float
    """Share of the dense rate that matrix products reach."""
    idle_w: float
    limit_w: float
    link: str
    """The link between two such cards, unless another is chosen."""


@dataclass(frozen=True, slots=True)
class ModelShape:
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    ffn: int
    """Of each expert, if there are experts."""
    vocabulary: int
    max_model_len: int
    window: int = 0
    """Tokens that windowed layers attend to."""
    windowed_layers: int = 0
    experts: int = 0
    experts_per_token: int = 0
    expert_bits: float = 16.0
    tied_embedding: bool = False
    weight_bytes: float = 2.0
    """Of a weight that is neither an expert's nor the head's."""
    head_bytes: float = 2.0
    """Of a weight of the head or the embedding: quantized checkpoints leave them alone."""
    kv_bytes: float = 2.0
    product_rate: float = 1.0
    """Of matrix products, as a multiple of the card's dense rate; attention stays at that."""

    @property
    def attention_weights(self) -> int:
        """Of one layer."""
        return (
            self.hidden * (self.heads + 2 * self.kv_heads) * self.head_dim
            + self.heads * self.head_dim * self.hidden
        )

    @property
    def expert_weights(self) -> int:
        """Of one expert, or of the whole feed-forward part of a dense layer."""
        return 3 * self.hidden * self.ffn

    @property
    def head_weights(self) -> int:
        return self.hidden * self.vocabulary

    @property
    def resident_bytes(self) -> float:
        """Weights in memory, on one card; the embedding once more if it is not tied."""
        heads = self.head_weights * (1 if self.tied_embedding else 2)
        layer = self.attention_weights * self.weight_bytes
        if self.experts:
            router = self.hidden * self.experts * self.weight_bytes
            layer += router + (
                self.experts * self.expert_weights * self.expert_bits / 8
            )
        else:
            layer += self.expert_weights * self.weight_bytes
        return heads * self.head_bytes + self.layers * layer


@dataclass(frozen=True, slots=True)
class StackProfile:
    rules: str
    """A name of the scheduler's VERSIONS."""
    graphs: bool
    context_gib: float
    prompt_step_us: float
    """What a step with a prompt in it takes beside its tokens."""
    prompt_attention: float
    """Attention of prompts, as a share of the rate of matrix products."""
    query_tile: int
    """The kernel of that attention computes so many tokens of a prompt, or a multiple of them."""
    pads_prompts: bool
    """It computes each prompt of a step as if it were as long as the step's longest."""
    masks_windows: bool
    """Layers with a window read and compute all tokens, and mask those behind it."""


@dataclass(frozen=True, slots=True)
class HostProfile:
    eager_us_per_layer: float
    eager_moe_us_per_layer: float
    graph_us_per_layer: float
    step_us: float
    request_us: float
    intake_us: float
    """From a request's arrival until its prompt is tokenized: HTTP."""
    intake_us_per_token: float
    """Of the API server's tokenizer and queue, which take one request after another."""
    outlet_us: float
    """From the end of a step until its first token is worked on."""
    outlet_us_per_token: float
    """Of the API server's detokenizer and HTTP, which take one token after another."""


@dataclass(frozen=True, slots=True)
class LinkProfile:
    floor_us: dict[int, float]
    graph_floor_us: dict[int, float]
    """The same of vLLM's own all-reduce, replayed from a graph."""
    bus_gb_s: dict[int, float]
    one_stage_gb_s: dict[int, float] = field(default_factory=dict)
    """At which a card reads the others' messages, where vLLM's own all-reduce is used in graphs."""
    two_stage_floor_us: dict[int, float] = field(default_factory=dict)
    """Of that all-reduce where it reduces a share a card and gathers the shares."""

    def require(self, cards: int) -> None:
        """Raises ProfileError if nothing is known of all-reduces among `cards`."""
        if cards not in self.floor_us:
            known = ", ".join(map(str, self.floor_us))
            values = {"cards": cards, "known": known}
            raise ProfileError(Said("twin.no_link", values))

    def all_reduce_s(
        self, cards: int, message: float, *, graphs: bool
    ) -> float:
        """Of `message` bytes among `cards`. Below a size that vLLM has set, each card reads the
        whole messages of all others; from there on it sends and gets its share of a ring.
        """
        ring_us = self.ring_s(cards, message) * 1e6
        if not graphs:
            return (self.floor_us[cards] + ring_us) / 1e6
        if message < ONE_STAGE_BELOW.get(cards, 0) and self.one_stage_gb_s:
            read_us = (cards - 1) * message / self.one_stage_gb_s[cards] / 1e3
            return (self.graph_floor_us[cards] + read_us) / 1e6
        floor_us = self.two_stage_floor_us or self.graph_floor_us
        return (floor_us[cards] + ring_us) / 1e6

    def ring_s(self, cards: int, size: float) -> float:
        """Of `size` bytes that go around a ring of `cards` twice: to be reduced, then gathered."""
        return 2 * (cards - 1) / cards * size / (self.bus_gb_s[cards] * 1e9)


Kind = TypeVar(
    "Kind", CardProfile, ModelShape, StackProfile, HostProfile, LinkProfile
)

FILES: dict[type, str] = {
    CardProfile: "cards",
    ModelShape: "models",
    StackProfile: "stacks",
    HostProfile: "hosts",
    LinkProfile: "links",
}


def profiles(kind: type) -> dict[str, dict[str, dict[str, Any]]]:
    """All profiles of a kind as they are written: name → field → value, source, unverified."""
    return _read(FILES[kind])


@cache
def _read(name: str) -> dict[str, dict[str, dict[str, Any]]]:
    import yaml

    path = files("inferometer.engine.twin") / f"profiles/{name}.yaml"
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content = yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506
    assert isinstance(content, dict)
    return content


def load_profile(kind: type[Kind], name: str) -> Kind:
    """Raises ProfileError for a name that there is not."""
    known = profiles(kind)
    if name not in known:
        values = {
            "name": name,
            "kind": Said(f"twin.kind.{FILES[kind]}"),
            "near": did_you_mean(name.lower(), known),
            "known": ", ".join(known),
        }
        raise ProfileError(Said("twin.no_profile", values))
    return kind(**{field: said["value"] for field, said in known[name].items()})


def engine_kind(stack: str) -> tuple[bool, bool]:
    """Stacks of one kind are one engine, both eager or both with graphs; versions may differ."""
    return stack == "sglang", load_profile(StackProfile, stack).graphs


RATES = ("bandwidth_gb_s", "dense_tflops")
"""Of a card: all predicted times rest on them."""


def unverified_rates(card: str) -> dict[str, float]:
    """Of RATES, those that nobody has verified, with the values in use."""
    known = profiles(CardProfile)[card]
    names = unverified(CardProfile, card)
    return {name: known[name]["value"] for name in RATES if name in names}


def unverified(kind: type, name: str) -> list[str]:
    """Fields of a profile that nobody has verified."""
    return [
        field
        for field, said in profiles(kind)[name].items()
        if said.get("unverified")
    ]


_PRECISION = re.compile(
    r"fp[48]|awq|gptq|int[48]|w[48]a(?:8|16)|[48]bit|gguf|bnb"
)
"""What a name says of a model whose weights or KV are smaller than usual."""


def model_profile(name: object) -> str | None:
    """The profile of a model by its name: `meta-llama/Llama-3.1-8B-Instruct` is llama-3.1-8b. One
    of another precision is another model.
    """
    last = str(name or "").rpartition("/")[2].lower()
    precision = {*_PRECISION.findall(last)}
    known = [
        each
        for each in profiles(ModelShape)
        if last.replace("-instruct", "").startswith(each)
        and {*_PRECISION.findall(each)} == precision
    ]
    return max(known, key=len, default=None)


_MEMORY = re.compile(r"-\d+gb")


def card_profiles(name: str) -> list[str]:
    """Those that a card's name may mean: `NVIDIA GeForce RTX 4090` is rtx-4090."""
    words = "-".join(re.findall(r"[a-z0-9]+", name.lower()))
    said = f"-{re.sub(r'rtx(?=[0-9])', 'rtx-', words)}-"
    return [
        each
        for each in profiles(CardProfile)
        if f"-{_MEMORY.sub('', each)}-" in said
    ]


QUANTIZATIONS = {
    "fp8": ("fp8", "fbgemm_fp8", "compressed-tensors", "modelopt"),
    "awq": ("awq", "awq_marlin", "moe_wna16"),
    "mxfp4": ("mxfp4",),
}
"""What vLLM and SGLang call weights of a precision."""
MXFP4_BITS = 4.25


def quantizations_of(model: str) -> tuple[str, ...]:
    """What --quantization may say of a model's profile; empty for one of 16 bits."""
    precision = _PRECISION.findall(model)
    if load_profile(ModelShape, model).expert_bits == MXFP4_BITS:
        precision.append("mxfp4")
    return tuple(name for each in precision for name in QUANTIZATIONS[each])


_LINK = re.compile(r"(pcie[345])(?:x(1|2|4|8|16))?(-nop2p)?")


def link_profile(name: str) -> str:
    """The profile that a link's name is about, whatever its lanes."""
    match = _LINK.fullmatch(name)
    return name if match is None else match[1] + (match[3] or "")


def lanes_of(name: str) -> tuple[int, int] | None:
    """Generation and lanes of a PCIe link; None of another link."""
    match = _LINK.fullmatch(name)
    return match and (int(match[1][-1]), int(match[2] or LANES))


def link_of(
    card: CardProfile, generation: int | None, width: int | None
) -> str | None:
    """The declared one, where such cards talk over PCIe; None for the card's own."""
    own = lanes_of(card.link)
    if own is None:
        return None
    return f"pcie{generation or own[0]}x{width or own[1]}"


def load_link(name: str) -> LinkProfile:
    """A link by its name: `nvlink4`, `pcie4x8`, `pcie5x16-nop2p`."""
    whole = load_profile(LinkProfile, link_profile(name))
    match = _LINK.fullmatch(name)
    if match is None:
        return whole
    share = int(match[2] or LANES) / LANES
    slower = {cards: rate * share for cards, rate in whole.bus_gb_s.items()}
    return replace(whole, bus_gb_s=slower)
