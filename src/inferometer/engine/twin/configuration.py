"""A twin by the names of its profiles: what `inferometer engine --twin` and tests make one of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf, log
from typing import NamedTuple

from inferometer.engine.twin.blocks import KVMemory
from inferometer.engine.twin.memory import MemoryPlan, plan_memory
from inferometer.engine.twin.outlet import Outlet
from inferometer.engine.twin.profiles import (
    GIB,
    CardProfile,
    HostProfile,
    LinkProfile,
    ModelShape,
    ProfileError,
    StackProfile,
    link_profile,
    load_link,
    load_profile,
    unverified,
)
from inferometer.engine.twin.scheduler import (
    VERSIONS,
    Scheduler,
    SchedulerRules,
)
from inferometer.engine.twin.sglang import (
    SglangScheduler,
    chunk_of,
    seats_of,
)
from inferometer.engine.twin.simulation import Simulation
from inferometer.engine.twin.step_time import StepTime
from inferometer.words import Said

BIG_CARD_BYTES = 70 * GIB
"""From this size on, except for the A100, vLLM's defaults are larger."""
SMALL_DEFAULTS, BIG_DEFAULTS = (2048, 256), (8192, 1024)
"""max_num_batched_tokens and max_num_seqs of `vllm serve`."""


class Scale(NamedTuple):
    """Numbers of a profile that are multiplied by one factor."""

    part: str
    fields: tuple[str, ...]
    spread: float
    """How far, as a logarithm, the profile's own numbers may well be off: a standard deviation."""


CARD_SPREAD, OTHER_SPREAD = 0.2, log(2)
"""Cards of a kind are alike; hosts, builds and links differ by half and double."""
SCALES: dict[str, Scale] = {
    "weights": Scale("card", ("weights",), CARD_SPREAD),
    "attention": Scale("card", ("attention",), OTHER_SPREAD),
    "compute": Scale("card", ("compute",), OTHER_SPREAD),
    "prompt-attention": Scale("stack", ("prompt_attention",), OTHER_SPREAD),
    "host": Scale(
        "host",
        ("eager_us_per_layer", "eager_moe_us_per_layer", "graph_us_per_layer"),
        OTHER_SPREAD,
    ),
    "requests": Scale("host", ("step_us", "request_us"), OTHER_SPREAD),
    "intake": Scale("host", ("intake_us", "intake_us_per_token"), OTHER_SPREAD),
    "link": Scale("link", ("bus_gb_s", "one_stage_gb_s"), OTHER_SPREAD),
}
"""What can be fitted, by name."""


@dataclass(frozen=True, slots=True)
class TwinSettings:
    """Profiles by name, and a server's settings as vLLM calls them."""

    card: str
    model: str
    stack: str = "vllm-graphs"
    host: str = "server"
    link: str | None = None
    """None is the card's own."""
    tp: int = 1
    gpu_memory_utilization: float = 0.9
    max_model_len: int | None = None
    """None is the model's own."""
    max_num_batched_tokens: int | None = None
    max_num_seqs: int | None = None
    prefix_caching: bool = True
    num_gpu_blocks: int | None = None
    """KV blocks of a real run, instead of those that are predicted."""
    speed: float = 1.0
    """How many seconds of the model pass in a second."""
    seed: int = 0
    """Of the front's faults; nothing in the twin is random."""
    factors: tuple[tuple[str, float], ...] = ()
    """What numbers of the profiles are multiplied by, as fitted: names of SCALES."""

    def __post_init__(self) -> None:
        positive = {
            "tp": self.tp,
            "max_model_len": self.max_model_len,
            "max_num_batched_tokens": self.max_num_batched_tokens,
            "max_num_seqs": self.max_num_seqs,
            "num_gpu_blocks": self.num_gpu_blocks,
        }
        for name, value in positive.items():
            if value is not None and value < 1:
                raise _unusable("twin.too_small", name, value)
        if not 0 < self.gpu_memory_utilization <= 1:
            raise _unusable(
                "twin.no_share",
                "gpu_memory_utilization",
                self.gpu_memory_utilization,
            )
        if not 0 < self.speed < inf:
            raise _unusable("twin.not_positive", "speed", self.speed)


def _unusable(key: str, name: str, value: float) -> ProfileError:
    return ProfileError(Said(key, {"name": name, "value": value}))


@dataclass(frozen=True, slots=True)
class Twin:
    """What the settings come to. Raises ProfileError or OutOfMemoryError when it is made."""

    settings: TwinSettings
    card: CardProfile
    model: ModelShape
    stack: StackProfile
    host: HostProfile
    link: LinkProfile | None
    rules: SchedulerRules
    memory: MemoryPlan

    @property
    def name(self) -> str:
        """The name of its model in the API: nobody takes it for a measured one."""
        return f"simulated-{self.simulates}"

    @property
    def simulates(self) -> str:
        """The profiles in use, in one word."""
        settings = self.settings
        link = f"-{settings.link}" if settings.link else ""
        fitted = "-fitted" if settings.factors else ""
        return (
            f"{settings.model}-{settings.card}-tp{settings.tp}{link}"
            f"-{settings.stack}-{settings.host}{fitted}"
        )

    def unverified(self) -> list[str]:
        """`profile.field` of every number in use that nobody has verified."""
        chosen = [
            (CardProfile, self.settings.card),
            (ModelShape, self.settings.model),
            (StackProfile, self.settings.stack),
            (HostProfile, self.settings.host),
        ]
        if self.link is not None:
            link = link_profile(self.settings.link or self.card.link)
            chosen.append((LinkProfile, link))
        return [
            f"{name}.{field}"
            for kind, name in chosen
            for field in unverified(kind, name)
        ]

    def _step_time(self) -> StepTime:
        return StepTime(
            self.card,
            self.model,
            self.stack,
            self.host,
            self.link,
            tp=self.settings.tp,
            async_scheduling=self.rules.async_scheduling,
        )

    def simulation(self, *, macro_steps: bool = True) -> Simulation:
        memory = KVMemory(
            self.memory.blocks,
            block_size=self.memory.block_size,
            windows=self.memory.windows,
            caching=self.settings.prefix_caching,
            uncached_first=self.rules.reserve_full_prompt,
        )
        return Simulation(
            scheduler_of(self.rules, memory),
            self._step_time(),
            intake_ns=round(self.host.intake_us * 1000),
            intake_ps_per_token=round(self.host.intake_us_per_token * 1e6),
            outlet=Outlet(
                round(self.host.outlet_us * 1000),
                round(self.host.outlet_us_per_token * 1000),
            ),
            macro_steps=macro_steps,
        )


def scheduler_of(rules: SchedulerRules, memory: KVMemory) -> Scheduler:
    kind = SglangScheduler if rules.prefill_first else Scheduler
    return kind(rules, memory)


def make_twin(settings: TwinSettings) -> Twin:
    card = load_profile(CardProfile, settings.card)
    model = load_profile(ModelShape, settings.model)
    stack = load_profile(StackProfile, settings.stack)
    host = load_profile(HostProfile, settings.host)
    link = None
    if settings.tp > 1:
        link = load_link(settings.link or card.link)
        link.require(settings.tp)
    rules = _rules(settings, card, model, stack)
    memory = plan_memory(
        card,
        model,
        stack,
        rules,
        tp=settings.tp,
        utilization=settings.gpu_memory_utilization,
        blocks=settings.num_gpu_blocks,
    )
    rules = _with_seats(rules, memory, settings)
    twin = Twin(settings, card, model, stack, host, link, rules, memory)
    for name, factor in settings.factors:
        twin = _scaled(twin, name, factor)
    return twin


def _scaled(twin: Twin, name: str, factor: float) -> Twin:
    scale = scale_of(name)
    profile = getattr(twin, scale.part)
    if profile is None:
        return twin
    changed = {
        field: _times(getattr(profile, field), factor) for field in scale.fields
    }
    return replace(twin, **{scale.part: replace(profile, **changed)})


def _times(
    number: float | dict[int, float], factor: float
) -> float | dict[int, float]:
    """A number of a profile, or its numbers by how many cards there are."""
    if isinstance(number, dict):
        return {cards: each * factor for cards, each in number.items()}
    return number * factor


def scale_of(name: str) -> Scale:
    """Raises ProfileError for a factor that there is not."""
    if name not in SCALES:
        values = {"name": name, "known": ", ".join(SCALES)}
        raise ProfileError(Said("twin.no_factor", values))
    return SCALES[name]


def most_of(settings: TwinSettings, name: str) -> float:
    """The largest factor that makes sense: a card does not exceed its nameplate."""
    scale = SCALES[name]
    if scale.part != "card":
        return inf
    card = load_profile(CardProfile, settings.card)
    return 1 / max(float(getattr(card, field)) for field in scale.fields)


def _rules(
    settings: TwinSettings,
    card: CardProfile,
    model: ModelShape,
    stack: StackProfile,
) -> SchedulerRules:
    differs = VERSIONS[stack.rules]
    tokens, seqs = _defaults(settings, card)
    if differs.get("prefill_first"):
        tokens = chunk_of(card.memory_bytes)
    longest = settings.max_model_len or model.max_model_len
    if longest > model.max_model_len:
        values = {"asked": longest, "most": model.max_model_len}
        raise ProfileError(Said("twin.too_long", values))
    return SchedulerRules(
        max_num_batched_tokens=settings.max_num_batched_tokens or tokens,
        max_num_seqs=settings.max_num_seqs or seqs,
        max_model_len=longest,
        **differs,
    )


def _with_seats(
    rules: SchedulerRules, memory: MemoryPlan, settings: TwinSettings
) -> SchedulerRules:
    """SGLang chooses how many requests run at once when it knows the size of its cache."""
    if not rules.prefill_first or settings.max_num_seqs is not None:
        return rules
    blocks = memory.blocks // len(memory.windows)
    seats = seats_of(blocks * memory.block_size, rules.max_model_len)
    return replace(rules, max_num_seqs=seats)


def _defaults(settings: TwinSettings, card: CardProfile) -> tuple[int, int]:
    is_big = card.memory_bytes >= BIG_CARD_BYTES
    is_a100 = settings.card.startswith("a100")
    return BIG_DEFAULTS if is_big and not is_a100 else SMALL_DEFAULTS
